// Makes the bundles of an app as they are deployed, but without spans, for `spans.ts`.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import asDeployed from '../../../rolldown.config.ts'

const tracingFile = fileURLToPath(new URL('../../../packages/service-kit/src/tracing.ts', import.meta.url))
const [tracing, standIn] = [
  readFileSync(tracingFile, 'utf8'),
  readFileSync(new URL('untraced.ts', import.meta.url), 'utf8'),
]

/** Throws if one module cannot stand in for the other: what is exported from elsewhere would stay in the build. */
export function assertSameNames(tracing: string, standIn: string): void {
  const [names, own] = [tracing, standIn].map((code) =>
    Array.from(code.matchAll(/^export (?:let|const|(?:async )?function) (\w+)/gm), ([, name = '']) => name)
      .toSorted()
      .join(', '),
  )
  if (names !== own) throw new Error(`tracing.ts exports ${names}, and untraced.ts, which stands in for it, ${own}`)
}

assertSameNames(tracing, standIn)

export default {
  ...asDeployed,
  plugins: [
    asDeployed.plugins,
    { name: 'coursewire-without-spans', load: (id: string) => (id === tracingFile ? standIn : null) },
  ],
}
