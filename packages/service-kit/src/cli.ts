import { parseArgs } from 'node:util'
import { z } from 'zod'
import { sayMissing } from './config.ts'
import { formatTable, toPrintable } from './table.ts'

/** The environment of a command: its settings, its output, and a channel for progress and errors. */
export interface Terminal {
  env: NodeJS.ProcessEnv
  print: (text: string) => void
  note: (text: string) => void
}

/** The terminal of this process. Results go to standard output, everything else to standard error. */
export const terminal: Terminal = {
  env: process.env,
  print: (text) => console.log(text),
  note: (text) => console.error(text),
}

/** The arguments are wrong, whatever the state of the system: exit code 2. */
export class UsageError extends Error {}

/** One action of a program. */
export interface Action {
  name: string
  description: string
  run(args: string[]): Promise<void>
  /** Returns the text of `--help` for a program with this name. */
  explain(program: string): string
}

type Field = { description?: string; type?: string; default?: unknown }

/**
 * Defines an action that runs only if all its arguments are known and valid. The properties of `input` with a description are options (a
 * boolean one has no value), or positional arguments in the order of `positionals`. A list takes all remaining arguments. `besides` returns
 * properties that come in another way, such as on standard input.
 */
export function defineAction<Schema extends z.ZodObject>(action: {
  name: string
  description: string
  input: Schema
  positionals?: string[]
  besides?: () => Promise<Record<string, unknown>>
  run: (input: z.output<Schema>) => Promise<void>
}): Action {
  const { name, description, input, positionals = [], besides } = action
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
  const { properties = {}, required = [] } = schema as { properties?: Record<string, Field>; required?: string[] }
  const known = Object.entries(properties).filter(([, field]) => field.description !== undefined)
  const options = known.filter(([key]) => !positionals.includes(key))
  const isRequired = (key: string) => required.includes(key) && properties[key]?.type !== 'array'

  function read(args: string[]): Record<string, unknown> {
    const parsed = parseArgs({
      args,
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(([key, { type }]) => [key, { type: type === 'boolean' ? 'boolean' : 'string' } as const]),
      ),
    })
    const left = [...parsed.positionals]
    const given = positionals.map((key) => [key, properties[key]?.type === 'array' ? left.splice(0) : left.shift()])
    if (left.length > 0) throw new UsageError(`Unexpected argument: ${left.join(', ')}`)
    return { ...parsed.values, ...Object.fromEntries(given) }
  }

  return {
    name,
    description,
    async run(args) {
      const given = read(args)
      const checked = input.safeParse({ ...(await besides?.()), ...given }, { error: sayMissing })
      if (!checked.success) throw new UsageError(z.prettifyError(checked.error))
      await action.run(checked.data)
    },
    explain(program) {
      const places = positionals.map((key) => (isRequired(key) ? `<${key}>` : `[${key}]`).toUpperCase())
      const usage = ['USAGE', program, options.length > 0 ? '[OPTIONS]' : '', ...places].filter(Boolean).join(' ')
      const rows = known.map(([key, field]) => ({
        given: positionals.includes(key) ? key.toUpperCase() : `--${key}${field.type === 'boolean' ? '' : `=<${key}>`}`,
        meaning: describeField(field, isRequired(key)),
      }))
      return [description, usage, ...(rows.length > 0 ? [formatTable(rows)] : [])].join('\n\n')
    },
  }
}

function describeField(field: Field, isRequired: boolean): string {
  const isSaid = field.default !== undefined && field.default !== false
  return `${field.description}${isRequired ? ' (required)' : ''}${isSaid ? ` (default: ${String(field.default)})` : ''}`
}

/** Defines a program of several actions, each called by its name. */
export interface CommandLine {
  name: string
  description: string
  actions: Record<string, Action>
}

/** Runs the requested action, and resolves to the exit code: 0 done, 1 failed or only partly done, 2 wrong arguments. */
export async function runCommandLine(
  program: CommandLine | Action,
  args: string[],
  { print, note }: Pick<Terminal, 'print' | 'note'>,
): Promise<number> {
  try {
    const isHelp = args.includes('--help') || args.includes('-h')
    if (!('actions' in program)) {
      if (isHelp) print(program.explain(program.name))
      else await program.run(args)
      return 0
    }
    const name = args.find((arg) => !arg.startsWith('-')) ?? ''
    const action = Object.hasOwn(program.actions, name) ? program.actions[name] : undefined
    if (isHelp) print(action?.explain(`${program.name} ${name}`) ?? explainAll(program))
    else if (action) await action.run(args.toSpliced(args.indexOf(name), 1))
    else throw new UsageError(name ? `Unknown command ${name}` : 'No command specified')
    return 0
  } catch (error) {
    // Only the first sentence of Node's message, because the rest is advice about dashes.
    const usage =
      error instanceof UsageError ? error.message : isParseError(error) && explain(error).split(/\. |\n/, 1)[0]
    note(toPrintable(usage ? `${usage}\nAdd --help to see what there is` : explain(error)))
    return usage ? 2 : 1
  }
}

function explainAll({ name, description, actions }: CommandLine): string {
  const rows = Object.entries(actions).map(([command, action]) => ({ command, meaning: action.description }))
  return [description, `USAGE ${name} ${Object.keys(actions).join('|')}`, formatTable(rows)].join('\n\n')
}

const isParseError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Accepts a moment in ISO form, or how long ago it was. Returns the ISO form in UTC. */
export const momentInput = z.string().transform((value, context) => {
  const [, count, unit] = /^(\d{1,6})([mhd])$/.exec(value) ?? []
  const isDate = /^\d{4}-\d{2}-\d{2}/.test(value)
  const at = count ? Date.now() - Number(count) * unitMs[unit as keyof typeof unitMs] : Date.parse(isDate ? value : '')
  if (!Number.isNaN(at)) return new Date(at).toISOString()
  context.addIssue('Expected a moment such as 2026-01-31T08:00Z, or a time such as 90m, 36h or 7d')
  return z.NEVER
})

/** Returns the root cause, because the cause of a failed query says more than the query, and a hint if a table is missing. */
export function explain(error: unknown): string {
  if (error instanceof AggregateError) return explain(error.errors[0])
  if (error instanceof Error && error.cause !== undefined) return explain(error.cause)
  if (error instanceof Error) {
    const isTableMissing = 'code' in error && error.code === '42P01'
    return `${error.message}${isTableMissing ? ': is this the database of the service, and migrated?' : ''}`
  }
  return String(error)
}
