// Races our relay against other outboxes on the same servers. Reports progress, and prints a table or JSON at the end.
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Measured } from './benchmark.ts'
import { createEnvironment } from './environment.ts'
import { type LongRun, runForLong } from './long-run.ts'
import { type Contestant, contestants, type Program } from './race-contestants.ts'
import { runRound } from './race-round.ts'
import { renderRace } from './race-table.ts'
import { openTrack } from './race-track.ts'
import { describeMachine } from './table.ts'

const names = contestants.map(({ name }) => name)

const racing = defineAction({
  name: 'npm run race --',
  description: 'Races our relay against other outboxes, which are installed from their registries the first time',
  input: z.object({
    only: z
      .string()
      .transform((list) => list.split(','))
      .pipe(z.array(z.enum(names)))
      .prefault(names.join(','))
      .describe('Which contestants, with commas'),
    rounds: z.coerce.number().int().min(1).default(5).describe('How often each is measured'),
    events: z.coerce.number().int().min(1_000).default(60_000).describe('In the backlog'),
    json: z.boolean().default(false).describe('As JSON'),
  }),
  run: (options) => runForLong((run) => race(options, run)),
})
process.exitCode = await runCommandLine(racing, process.argv.slice(2), terminal)

type Options = { only: string[]; rounds: number; events: number; json: boolean }

async function race({ only, rounds, events, json }: Options, { log, onEnd }: LongRun): Promise<boolean> {
  const say = json ? () => undefined : log
  const entries: { contestant: Contestant; program: Program }[] = []
  for (const contestant of contestants.filter(({ name }) => only.includes(name))) {
    try {
      entries.push({ contestant, program: await contestant.install(say) })
    } catch (error) {
      say(`Without ${contestant.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  // Only its own servers, because replication slots and the settings for them are no business of others.
  const environment = await createEnvironment(say, { order: ['embedded', 'docker'], decodesWal: true })
  onEnd(() => environment.close())
  const measured = new Map<string, Measured[]>(entries.map(({ contestant }) => [contestant.name, []]))
  const failed = new Set<string>()
  for (let round = 1; round <= rounds; round += 1) {
    for (const { contestant, program } of entries) {
      if (failed.has(contestant.name)) continue
      const track = await openTrack(environment, contestant, program)
      try {
        const figures = await runRound(track, events)
        measured.get(contestant.name)?.push(figures)
        say(`round ${round} of ${rounds}: ${contestant.name} ${JSON.stringify(figures)}`)
      } catch (error) {
        failed.add(contestant.name)
        say(`${contestant.name} leaves the race: ${error instanceof Error ? error.message : String(error)}`)
      } finally {
        await track.close()
      }
    }
    // Each goes first equally often.
    entries.push(...entries.splice(0, 1))
  }

  const machine = describeMachine()
  const facts = Object.entries(machine).map(([name, value]) => `${name} ${value}`)
  if (json) console.log(JSON.stringify({ machine, rounds, events, results: Object.fromEntries(measured) }, null, 2))
  else console.log(`${renderRace(measured)}\n\n${facts.join(', ')}`)
  return true
}
