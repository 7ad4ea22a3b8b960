// Races our relay against other outboxes on the same servers. Reports progress on standard error, and prints a table or JSON at the end.
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Measured } from './benchmark.ts'
import { createEnvironment } from './environment.ts'
import { type LongRun, runForLong } from './long-run.ts'
import { describeOptions, printMeasured } from './measuring.ts'
import { type Contestant, contestants, type Program } from './race-contestants.ts'
import { stages } from './race-round.ts'
import { renderRace } from './race-table.ts'
import { openTrack, type Track } from './race-track.ts'

const names = contestants.map(({ name }) => name)

const racing = defineAction({
  name: 'npm run race --',
  description: 'Races our relay against other outboxes, which are installed from their registries the first time',
  input: z.object({
    ...describeOptions(names, 'contestants'),
    events: z.coerce.number().int().min(1_000).default(20_000).describe('In the backlog'),
  }),
  run: (options) => runForLong((run) => race(options, run), console.error),
})
process.exitCode = await runCommandLine(racing, process.argv.slice(2), terminal)

type Options = { only: string[]; rounds: number; events: number; json: boolean }

async function race({ only, rounds, events, json }: Options, { log, signal, onEnd }: LongRun): Promise<boolean> {
  const entries: { contestant: Contestant; program: Program }[] = []
  /** Why something has no figures. Nobody tries that again. */
  const failures: Record<string, string> = {}
  function fail(what: string, error: unknown): void {
    if (signal.aborted) throw error
    failures[what] = error instanceof Error ? error.message : String(error)
    log(`Without ${what}: ${failures[what]}`)
  }

  for (const contestant of contestants.filter(({ name }) => only.includes(name))) {
    try {
      entries.push({ contestant, program: await contestant.install(log) })
    } catch (error) {
      fail(contestant.name, error)
    }
  }

  // Only its own servers, because replication slots and the settings for them are no business of others.
  const environment = await createEnvironment(log, { order: ['embedded', 'docker'], decodesWal: true })
  onEnd(() => environment.close())

  /** Each stage has a new database, so that a contestant that fails in one can take part in the next. */
  async function runRound({ contestant, program }: (typeof entries)[number]): Promise<Measured> {
    const figures: Measured = {}
    for (const [stage, measure] of Object.entries(stages)) {
      const what = `${contestant.name}, ${stage}`
      if (what in failures) continue
      let track: Track | undefined
      try {
        track = await openTrack(environment, contestant, program)
        for (const [figure, value] of Object.entries(await measure(track, events))) {
          // Two stages count what is lost and doubled.
          figures[figure] = (figures[figure] ?? 0) + value
        }
      } catch (error) {
        fail(what, error)
      } finally {
        await track?.close()
      }
    }
    return figures
  }

  const measured = new Map<string, Measured[]>(entries.map(({ contestant }) => [contestant.name, []]))
  for (let round = 1; round <= rounds; round += 1) {
    for (const entry of entries) {
      const figures = await runRound(entry)
      measured.get(entry.contestant.name)?.push(figures)
      log(`round ${round} of ${rounds}: ${entry.contestant.name} ${JSON.stringify(figures)}`)
    }
    // Each goes first equally often.
    entries.push(...entries.splice(0, 1))
  }

  const results = Object.fromEntries(measured)
  printMeasured({ json, measured: { rounds, events, results }, failures, tables: [renderRace(measured)] })
  return true
}
