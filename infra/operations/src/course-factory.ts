import { createKafka, type Place, publishRecords } from '@coursewire/messaging'
import {
  type CommandLine,
  defineAction,
  explain,
  formatTable,
  type Terminal,
  UsageError,
} from '@coursewire/service-kit'
import { z } from 'zod'
import { createEvents, eventTypes, type Outgoing } from './course-factory-events.ts'
import { addGarbage } from './course-factory-garbage.ts'
import { findKafka } from './find-kafka.ts'
import type { RunningStack } from './running-stack.ts'

/** The most records that are listed one by one. */
const LISTED = 50

const publishInput = z.object({
  what: z
    .array(z.string())
    .min(1, 'Expected a fixture, a file, or fields such as title=Gardens')
    .describe(
      `A fixture (${eventTypes.join(', ')}), the path of an envelope in JSON, or neither; then fields of the payload, over what is there: title=Gardens, total_lessons:=12 for JSON. In texts {n} becomes the number of the event, {now} the present`,
    ),
  type: z
    .enum(eventTypes)
    .default('course.generation.completed')
    .describe('The event type, if the payload is given by fields alone'),
  tenant: z.string().optional().describe('The tenant of the course; by default the one in the file, or local'),
  times: z.coerce.number().int().min(1).max(100_000).default(1).describe('The number of events, each with its own id'),
  'same-id': z.boolean().default(false).describe('The same event every time, with the id in the fixture or file'),
  garbage: z
    .boolean()
    .default(false)
    .describe('Among them what cannot be read: random bytes, broken JSON, a wrong version, a tombstone, a megabyte'),
  json: z.boolean().default(false).describe('Print JSON'),
})

/** The command that plays CourseFactory, the external system whose events start everything. */
export function createCourseFactory({
  env,
  stack,
  print,
  note,
}: Terminal & { stack: RunningStack | null }): CommandLine {
  const publish = defineAction({
    name: 'publish',
    description: 'Publishes events like CourseFactory, and prints where each went',
    input: publishInput,
    positionals: ['what'],
    run: async ({ what, type, tenant, times, 'same-id': isRepeat, garbage, json }) => {
      const directory = env['INIT_CWD'] ?? '.'
      const events = createEvents({ ...readWords(what), type, tenant, times, isRepeat, directory })
      const outgoing = garbage ? addGarbage(events) : events
      const places = await send(outgoing)
      print(json ? JSON.stringify(describe(outgoing, places), null, 2) : renderPlaces(outgoing, places))
    },
  })

  async function send(outgoing: Outgoing[]): Promise<Place[]> {
    const settings = findKafka('course-factory', env, stack)
    // A person is waiting, so it makes a few attempts and then gives the reason.
    const kafka = createKafka(settings, { retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } })
    const startedAt = performance.now()
    let notedAt = startedAt
    let sent = 0
    const onProgress = (count: number) => {
      sent = count
      if (performance.now() - notedAt < 1_000) return
      notedAt = performance.now()
      note(`${count} of ${outgoing.length} sent, ${Math.round((count * 1_000) / (notedAt - startedAt))} a second`)
    }
    try {
      return await publishRecords(
        kafka,
        outgoing.map(({ record }) => record),
        onProgress,
      )
    } catch (error) {
      const brokers = settings.brokers.join(', ')
      throw new Error(`Kafka at ${brokers} took ${sent} of ${outgoing.length} records: ${explain(error)}`)
    }
  }

  return {
    name: 'npm run course-factory --',
    description: 'Plays CourseFactory, the external system that generates courses',
    actions: { publish },
  }
}

/** Parses the arguments: fields are `name=text` and `name:=json`; anything else is the fixture or file, at most one. */
function readWords(words: string[]): { source: string | null; fields: Record<string, unknown> } {
  const sources: string[] = []
  const fields: Record<string, unknown> = {}
  for (const word of words) {
    const [, name, operator, text = ''] = /^([a-z_]+)(:?=)(.*)$/s.exec(word) ?? []
    if (name) fields[name] = operator === '=' ? text : readJson(name, text)
    else sources.push(word)
  }
  if (sources.length > 1) throw new UsageError(`Expected one fixture or file, not ${sources.join(' and ')}`)
  return { source: sources[0] ?? null, fields }
}

function readJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new UsageError(`${name}:= expects JSON, but this is not valid JSON: ${text}`)
  }
}

const describe = (outgoing: Outgoing[], places: Place[]) =>
  outgoing.map(({ what, eventId }, index) => ({ what, eventId, ...places[index] }))

function renderPlaces(outgoing: Outgoing[], places: Place[]): string {
  const rows = describe(outgoing, places).map(({ what, eventId, ...place }) => ({ what, event: eventId, ...place }))
  return `${formatTable(rows.length > LISTED ? summarize(places) : rows)}\n\n${rows.length} sent`
}

function summarize(places: Place[]) {
  const partitions = new Map<number, { topic: string; partition: number; from: number; to: number; records: number }>()
  for (const { topic, partition, offset } of places) {
    const { from = offset, records = 0 } = partitions.get(partition) ?? {}
    partitions.set(partition, { topic, partition, from, to: offset, records: records + 1 })
  }
  return [...partitions.values()].toSorted((a, b) => a.partition - b.partition)
}
