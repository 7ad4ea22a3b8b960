import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { readAlerts } from '../src/files.ts'

const root = new URL('../../../', import.meta.url)
const read = (path: string) => readFileSync(new URL(path, root), 'utf8')
const pages = readdirSync(new URL('infra/runbooks/', root)).filter((file) => file !== 'restore.md')
const headings = ['Symptom', 'What a student notices', 'How to look', 'What to do', 'How to know it is over']

const hasPromtool = spawnSync('promtool', ['--version']).status === 0

it.for([
  ['check', 'config', 'prometheus.yaml'],
  ['test', 'rules', 'alerts.test.yaml'],
] as const)('promtool %s %s finds no fault in %s', ([verb, noun, file], { skip }) => {
  skip(!hasPromtool && !process.env['CI'], 'promtool is not installed (Debian: prometheus)')
  const output = execFileSync('promtool', [verb, noun, file], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
  })

  expect(output).toContain('SUCCESS')
})

it('promtool tests every alert', () => {
  const tested = new Set(
    [...read('infra/observability/alerts.test.yaml').matchAll(/alertname="(\w+)"/g)].map(([, name]) => name),
  )

  expect(tested).toEqual(new Set(readAlerts().map(({ alert }) => alert)))
})

it('each alert has its page among the runbooks, and each page its alert', () => {
  const named = readAlerts().map(({ alert, annotations }) => [alert, annotations.runbook_url])
  // The alarm of the redrive queues is one of AWS.
  const titled = pages
    .filter((page) => page !== 'redrive.md')
    .map((page) => [read(`infra/runbooks/${page}`).split('\n', 1)[0]?.slice('# '.length), `infra/runbooks/${page}`])

  expect(Object.fromEntries(titled)).toEqual(Object.fromEntries(named))
})

it.each(readAlerts())('$alert says what a student notices, and whether to wake somebody', ({ labels, annotations }) => {
  expect(annotations).toEqual({
    summary: expect.any(String),
    student: expect.any(String),
    runbook_url: expect.any(String),
  })
  expect(['page', 'ticket']).toContain(labels.severity)
})

it.each(pages)('%s has the five parts of a runbook, and names only commands and links that exist', (page) => {
  const text = read(`infra/runbooks/${page}`)
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const commands = [...text.matchAll(/npm run (?:-s )?([\w:-]+)/g)].map(([, command]) => command)
  const links = [...text.matchAll(/\]\(([^)#]+)/g)].map(
    ([, link = '']) => new URL(link, new URL('infra/runbooks/', root)),
  )

  expect([...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading)).toEqual(headings)
  expect(Object.keys(scripts)).toEqual(expect.arrayContaining(commands))
  for (const link of links) expect(() => readFileSync(link)).not.toThrow()
})
