import { expect, test } from 'vitest'
import { z } from 'zod'
import { type CommandLine, defineAction, momentInput, runCommandLine } from '../src/cli.ts'
import { formatRecord, formatTable } from '../src/table.ts'

async function run(...rawArgs: string[]) {
  const out: string[] = []
  const err: string[] = []
  const terminal = { print: (text: string) => void out.push(text), note: (text: string) => void err.push(text) }
  const greet = defineAction({
    name: 'greet',
    description: 'Greets people',
    input: z.object({
      names: z.array(z.string()).describe('Whom'),
      'as-json': z.boolean().default(false).describe('As JSON'),
      times: z.coerce.number().default(1).describe('So often'),
      mood: z.string(),
    }),
    positionals: ['names'],
    besides: async () => ({ mood: 'good' }),
    run: async (input) => terminal.print(JSON.stringify(input)),
  })
  const lose = defineAction({
    name: 'lose',
    description: 'Fails',
    input: z.object({ id: z.string().describe('What') }),
    positionals: ['id'],
    run: async ({ id }) => {
      throw new Error('Failed query', { cause: new AggregateError([new Error(`${id} is gone`)]) })
    },
  })
  const command: CommandLine = { name: 'npm run people --', description: 'People', actions: { greet, lose } }
  return { code: await runCommandLine(command, rawArgs, terminal), out: out.join('\n'), err: err.join('\n') }
}

test('an action gets all its arguments, validated', async () => {
  const { code, out } = await run('greet', 'Ada', '--as-json', 'Grace', '--times=2')

  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ names: ['Ada', 'Grace'], 'as-json': true, times: 2, mood: 'good' })
})

test.each([
  [['greet', '--tmies=2'], "Unknown option '--tmies'"],
  [['greet', '--mood=bad'], "Unknown option '--mood'"],
  [['greet', '--times'], "Option '--times <value>' argument missing"],
  [['greet', '--as-json=yes'], "Option '--as-json' does not take an argument"],
  [['greet', '--times=many'], 'times'],
  [['lose'], 'Missing\n  → at id'],
  [['lose', 'it', 'all'], 'Unexpected argument: all'],
  [['find'], 'Unknown command find'],
  [[], 'No command specified'],
])('%j is a wrong use and exits with 2', async (args, message) => {
  const { code, out, err } = await run(...args)

  expect({ code, out }).toEqual({ code: 2, out: '' })
  expect(err).toContain(message)
})

test('a failed action exits with 1 and prints the root cause', async () => {
  expect(await run('lose', 'it')).toEqual({ code: 1, out: '', err: 'it is gone' })
})

test('--help describes all commands, or a single one', async () => {
  const all = await run('--help')
  const one = await run('greet', '--help')

  expect(all.out).toContain('greet|lose')
  expect(one.out).toContain('USAGE npm run people -- greet [OPTIONS] [NAMES]')
  expect(one.out).toMatch(/--times=<times> +So often \(default: 1\)/)
  expect(one.out).not.toContain('mood')
})

test('a single action is a command without subcommands', async () => {
  const out: string[] = []
  const terminal = { print: (text: string) => void out.push(text), note: (text: string) => void out.push(text) }
  const count = defineAction({
    name: 'npm run count --',
    description: 'Counts',
    input: z.object({ to: z.coerce.number().int().default(3).describe('How far') }),
    run: async ({ to }) => terminal.print(`to ${to}`),
  })

  expect(await runCommandLine(count, ['--to', '5'], terminal)).toBe(0)
  expect(await runCommandLine(count, ['--to', 'ten'], terminal)).toBe(2)
  expect(await runCommandLine(count, ['--help'], terminal)).toBe(0)
  expect(out).toEqual([
    'to 5',
    expect.stringContaining('→ at to'),
    expect.stringContaining('npm run count -- [OPTIONS]'),
  ])
})

test('a moment is an ISO date or a time ago', () => {
  expect(momentInput.parse('2026-01-31T08:00+01:00')).toBe('2026-01-31T07:00:00.000Z')
  expect(momentInput.parse('2026-01-31')).toBe('2026-01-31T00:00:00.000Z')
  expect(Date.parse(momentInput.parse('36h'))).toBeLessThan(Date.now())
  for (const wrong of ['yesterday', '5', '2026-02-31T99:00', '3 weeks']) {
    expect(momentInput.safeParse(wrong).success).toBe(false)
  }
})

test('tables and records escape terminal control characters and keep their shape', () => {
  expect(formatTable([{ name: 'a\u001b[2J', note: 'one\ntwo' }])).toBe('NAME        NOTE\na\\u001b[2J  one two')
  expect(formatRecord({ name: 'a\u202e', note: 'one\ntwo', rest: null })).toBe(
    'name  a\\u202e\nnote  one\n      two\nrest  –',
  )
})
