import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { z } from 'zod'

/** Where a command takes its settings from, prints its answer, and says what happens meanwhile or went wrong. */
export interface Terminal {
  env: NodeJS.ProcessEnv
  print: (text: string) => void
  note: (text: string) => void
}

/** What was given cannot be done, whatever the state of the world: exit code 2. */
export class UsageError extends Error {}

/**
 * A subcommand that runs only when everything it was given is known and valid. `input` checks the arguments by their
 * names; the one named by `rest` is the list of all positional ones.
 */
export function defineAction<Schema extends z.ZodObject>(action: {
  name: string
  description: string
  args: ArgsDef
  rest?: string
  input: Schema
  run: (input: z.output<Schema>) => Promise<void>
}): CommandDef {
  const { name, description, args: known, rest } = action
  return defineCommand({
    meta: { name, description },
    args: known,
    async run({ rawArgs, args }) {
      const positionals = Object.values(known).filter(({ type }) => type === 'positional')
      const strange = [
        ...rawArgs.filter((arg) => arg.startsWith('-') && !(arg.replace(/^--|=.*$/g, '') in known)),
        ...(rest ? [] : args._.slice(positionals.length)),
      ]
      if (strange.length > 0) throw new UsageError(`Unknown option: ${strange.join(', ')}`)
      const given = Object.fromEntries(Object.keys(known).map((key) => [key, key === rest ? args._ : args[key]]))
      const input = action.input.safeParse(given)
      if (!input.success) throw new UsageError(z.prettifyError(input.error))
      await action.run(input.data)
    },
  }) as CommandDef
}

export interface CommandLine {
  name: string
  description: string
  actions: Record<string, CommandDef>
}

/**
 * Runs what the arguments ask for, and resolves to the exit code: 0 done, 1 failed or only partly done, 2 asked wrongly. A
 * command that does one thing is an action, without subcommands.
 */
export async function runCommandLine(
  line: CommandLine | CommandDef,
  rawArgs: string[],
  terminal: Pick<Terminal, 'print' | 'note'>,
): Promise<number> {
  const subCommands = 'actions' in line ? line.actions : {}
  const command = 'actions' in line ? defineCommand({ meta: describe(line), subCommands }) : line
  try {
    if (rawArgs.includes('--help') || rawArgs.includes('-h')) {
      const asked = subCommands[rawArgs.find((arg) => !arg.startsWith('-')) ?? '']
      terminal.print(stripVTControlCharacters(await (asked ? renderUsage(asked, command) : renderUsage(command))))
    } else {
      await runCommand(command, { rawArgs })
    }
    return 0
  } catch (error) {
    // citty does not export the class of its errors.
    const isUnclear = error instanceof Error && error.name === 'CLIError'
    terminal.note(stripVTControlCharacters(explain(error)) + (isUnclear ? '\nAdd --help to see what there is' : ''))
    return isUnclear || error instanceof UsageError ? 2 : 1
  }
}

const describe = ({ name, description }: CommandLine) => ({ name, description })

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A moment in ISO form, or how long ago it was; becomes the former, in UTC. */
export const momentInput = z.string().transform((value, context) => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(value) ?? []
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(value)
  const at = count ? Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs] : Date.parse(isDate ? value : '')
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  context.addIssue('Expected a moment such as 2026-01-31T08:00Z, or a time such as 90m, 36h or 7d')
  return z.NEVER
})

/** The first cause: that of a failed query says more than the query. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error) return error.cause === undefined ? error.message : explain(error.cause)
  return String(error)
}
