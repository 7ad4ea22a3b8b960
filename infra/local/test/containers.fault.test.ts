import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { runProcess } from '@coursewire/operations'
import { findDockerObstacle, uniqueName, waitFor } from '@coursewire/servers'
import { firstCourse } from '@coursewire/setup'
import { expect, it } from 'vitest'
import { startContainers } from '../src/containers.ts'
import { findMails } from '../src/journey.ts'
import type { Product } from '../src/stack.ts'
import { describeJourneys } from './journeys.ts'

const obstacle = await findDockerObstacle()
const project = uniqueName('journey')
const readme = readFileSync(new URL('../../docker/README.md', import.meta.url), 'utf8')
let product: Product

describeJourneys(async () => {
  product = await startContainers({
    project,
    environment: { EMAIL_UNKNOWN_AFTER_SECONDS: '3' },
    log: (line) => process.stdout.write(`${line}\n`),
  })
  return product
}, obstacle)

it('the commands of the README lead from the sign-up to the welcome mail', async () => {
  const { web, aws } = product.urls
  const [, commands = ''] = /## Try it\n[^]*?```sh\n([^]*?)```/.exec(readme) ?? []
  const script = commands.replaceAll('http://localhost:3010', web).replaceAll('http://localhost:3003', aws)

  const output = execFileSync('bash', ['-c', `set -euo pipefail\n${script.trim()} -H 'x-request-id: mine'`], {
    encoding: 'utf8',
    timeout: 60_000,
  })

  expect(output).toContain('HTTP/1.1 201 Created')
  await waitFor(
    async () => {
      const mails = await findMails(product, { email: 'ada@example.com' })
      return mails.some(({ subject }) => subject.includes(firstCourse.title))
    },
    { timeoutMs: 60_000, message: 'the welcome mail' },
  )
})

it.each([
  ['trace', ['mine'], / email-worker .* SES SendRawEmail/],
  ['mails', ['list', '--status', 'delivered'], / welcome .* spec-driven-dev-mini /],
  ['mails', ['missing'], /^Every enrolment has its mail$/],
  ['outbox', ['status'], /^enrollment-api +sns /m],
  ['dlq', ['list'], /^No dead letters$/],
  ['keys', ['list'], / signs /],
  ['audit', ['verify'], /records that are as they were sealed: /],
])('the operators find the containers: npm run %s -- %j', async (command, args, expected) => {
  const script = new URL(`../../operations/src/${command}-command.ts`, import.meta.url)
  const env = { ...process.env, COMPOSE_PROJECT_NAME: project }

  const { code, out, err } = await runProcess(script, env, args)

  expect([code, err]).toEqual([0, expect.not.stringContaining('Nothing is running')])
  expect(out).toMatch(expected)
})
