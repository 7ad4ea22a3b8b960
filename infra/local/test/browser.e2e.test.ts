import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringInFirstCourse, type Editor } from '@coursewire/setup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Mail, tokenOf } from '../src/journey.ts'
import { type Stack, startStack } from '../src/stack.ts'
import { describeAccounts } from './browser/accounts.ts'
import { describeEnrolling } from './browser/enrolling.ts'
import { describeExperiments } from './browser/experiments.ts'
import { describeHostileTexts } from './browser/hostile-texts.ts'
import { describePublicPages } from './browser/public-pages.ts'
import { describeRecommending } from './browser/recommending.ts'
import { describeReports } from './browser/reports.ts'
import { describeSessions } from './browser/sessions.ts'
import { obstacle, openStage, type Stage } from './browser/stage.ts'

it('there is a browser to use the product with', ({ skip }) => {
  skip(obstacle !== null && !process.env['CI'], obstacle ?? '')
  expect(obstacle).toBeNull()
})

// One line says that there is none, and not one a test.
if (obstacle === null) describeProduct()

function describeProduct(): void {
  describe('in a browser', () => {
    let stack: Stack
    let stage: Stage
    let directory: string
    let slug: string
    let editor: Editor

    beforeAll(async () => {
      directory = await mkdtemp(join(tmpdir(), 'coursewire-browser-'))
      stack = await startStack({
        directory,
        isTemporary: true,
        // Never given servers, because other tests use them with other apps.
        order: ['docker', 'embedded'],
        log: (line) => process.stdout.write(`${line}\n`),
      })
      ;({ slug, editor } = await bringInFirstCourse(stack))
      stage = await openStage(stack)
    }, 300_000)

    afterAll(async () => {
      await stage?.close()
      await stack?.stop()
      await rm(directory, { recursive: true, force: true })
    }, 60_000)

    describeEnrolling(() => ({ stage, slug }))
    describeSessions(() => stage)
    describeAccounts(() => stage)
    describeHostileTexts(() => ({ stage, editor }))
    describePublicPages(() => ({ stage, slug, editor }))
    describeExperiments(() => ({ stage, editor }))
    describeRecommending(() => ({ stage, editor }))
    describeReports(() => ({ stage, slug, editor }))

    it('no log has a token or an address of anybody', async () => {
      const mails = (await (await fetch(`${stack.urls.aws}/_inbox?from=-1000`)).json()) as Mail[]
      const linkTokens = mails.flatMap((mail) => tokenOf(mail) ?? [])
      expect(linkTokens.length).toBeGreaterThan(0)

      const names = await readdir(join(directory, 'run'))
      const logs = await Promise.all(names.map((name) => readFile(join(directory, 'run', name, 'server.log'), 'utf8')))
      expect(logs).not.toContain('')
      // A refresh token has 64 characters.
      const secrets = /eyJ[\w-]{20,}|(?<![\w-])[\w-]{64}(?![\w-])|[\w.+-]+@example\.com/g
      const log = logs.join('\n')
      expect([...(log.match(secrets) ?? []), ...linkTokens.filter((token) => log.includes(token))]).toEqual([])
    })
  })
}
