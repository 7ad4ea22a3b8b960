import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { testSome } from './test-some.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Returns the commands that are run for these arguments, each with its folder. */
async function commandsFor(...args: string[]): Promise<string[]> {
  const commands: string[] = []
  await testSome(root, args, {
    wasInterrupted: false,
    interrupt: () => undefined,
    async run(_, runArgs, { folder = root } = {}) {
      commands.push(`${folder.replace(root, '')}: ${runArgs.slice(1).join(' ')}`)
      return true
    },
  })
  return commands
}

it('the tests of one package run in its folder, and leave the results of its last whole run', async () => {
  expect(await commandsFor('apps/email-worker/src/config.test.ts')).toEqual([
    'apps/email-worker: vitest --reporter=default --run src/config.test.ts',
  ])
})

it('the tests of a folder above the packages run at the root', async () => {
  expect(await commandsFor('apps')).toEqual([': vitest --reporter=default --run apps'])
})
