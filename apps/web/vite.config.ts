import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

/** Writes each script and stylesheet in compressed form too, because the server compresses no files. */
const compress: Plugin = {
  name: 'coursewire-compress',
  writeBundle({ dir = '' }, bundle) {
    for (const name of Object.keys(bundle).filter((file) => /\.(js|css)$/.test(file))) {
      const path = join(dir, name)
      const content = readFileSync(path)
      writeFileSync(`${path}.br`, brotliCompressSync(content))
      writeFileSync(`${path}.gz`, gzipSync(content, { level: 9 }))
    }
  },
}

/** The plots of reports are for editors, who load uPlot with them. */
const isLibrary = (file: string) => file.includes('node_modules') && !file.includes('uplot')

export default defineConfig({
  plugins: [react(), compress],
  appType: 'custom',
  build: {
    outDir: 'dist/client',
    manifest: 'manifest.json',
    // An inlined file would be a data: address, which the content security policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // These know light-dark(). For older ones Vite would replace it with rules that scripts have to switch.
    cssTarget: ['chrome123', 'safari17.5', 'firefox120'],
    rolldownOptions: {
      // Libraries that several pages use compress better together, and stay in a browser's cache while only our own code changes.
      output: { codeSplitting: { groups: [{ name: 'libraries', test: isLibrary }] } },
      // The storefront imports enrolling.ts by its address, and calls what it exports.
      preserveEntrySignatures: 'allow-extension',
      input: [
        'client/storefront/storefront.css',
        'client/storefront/storefront.ts',
        'client/storefront/enrolling.ts',
        'client/storefront/boot.ts',
        'client/dashboard/early.ts',
        'client/dashboard/index.html',
      ],
    },
  },
})
