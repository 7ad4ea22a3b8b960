import { join, relative } from 'node:path'
import { defineConfig, type Plugin } from 'rolldown'
import root from './package.json' with { type: 'json' }

/** Lets `import.meta.url` go on meaning the place of the source, so that a path to a file beside it is right in the bundle too. */
const placeOfSource: Plugin = {
  name: 'coursewire-place-of-source',
  transform: {
    // Of our own modules, not of libraries or of what rolldown adds.
    filter: { id: { exclude: [/node_modules/, /^\0/] }, code: 'import.meta.url' },
    handler(code, id) {
      const place = `new URL(${JSON.stringify(relative(join(process.cwd(), 'dist'), id))}, import.meta.url).href`
      return { code: code.replaceAll('import.meta.url', place), map: null }
    },
  },
}

/** Makes a bundle for each program of the package in the current folder. Its `build` names them. */
export default defineConfig({
  platform: 'node',
  external: [
    // These have files or machine code of their own, and are installed beside the bundle.
    ...Object.keys(root.dependencies),
    // These are not installed, and nobody calls what loads them.
    'pg-native',
    /^prettier\//,
    // Only measurements need these, which never leave the checkout.
    /node_modules\/(@?testcontainers|autocannon|playwright-core)\//,
  ],
  makeAbsoluteExternalsRelative: true,
  transform: { target: 'node20.19', define: { 'process.env.NODE_ENV': '"production"' } },
  plugins: [placeOfSource],
  checks: { bundlerTimings: false },
  onwarn({ message }) {
    throw new Error(message)
  },
  output: { sourcemap: true, sourcemapExcludeSources: true, chunkFileNames: '[name].js', cleanDir: true },
})
