import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Comparison } from './benchmark.ts'

const MAILS = 5_000

/** Measures how long it takes to write a mail, without everything else that sending one needs. */
export async function createRenderingComparison(): Promise<Comparison> {
  const child = fork(fileURLToPath(new URL('rendering.mjs', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  await once(child, 'message')
  return {
    work: `a welcome mail written: HTML, text and calendar file, ${MAILS.toLocaleString('en')} one after the other`,
    figures: { CPU: { unit: 'ms', aim: { oursAtMost: 1 } } },
    async ours() {
      child.send(MAILS)
      const [CPU] = (await once(child, 'message')) as [number]
      return { CPU }
    },
    close: async () => child.disconnect(),
  }
}
