import { z } from 'zod'
import { describeMachine } from './table.ts'

/** The options of a command that measures some of these, several times. */
export const describeOptions = (names: string[], what: string) => ({
  only: z
    .string()
    .transform((list) => list.split(','))
    .pipe(z.array(z.enum(names)))
    .prefault(names.join(','))
    .describe(`Which ${what}, with commas`),
  rounds: z.coerce.number().int().min(1).default(5).describe('How often each is measured'),
  json: z.boolean().default(false).describe('As JSON'),
})

/** Prints what was measured, on which machine, and what has no figures for which reason: as JSON, or as tables. */
export function printMeasured(output: {
  json: boolean
  measured: object
  failures: Record<string, string>
  tables: string[]
}): void {
  const { json, measured, failures, tables } = output
  const machine = describeMachine()
  if (json) return console.log(JSON.stringify({ machine, ...measured, failures }, null, 2))
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
  const without = Object.entries(failures).map(([what, why]) => `Without ${what}: ${why}`)
  console.log([...tables, ...without, facts.join(', ')].join('\n\n'))
}
