import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import {
  courseDeployedStaging,
  courseGenerationCompleted,
  type EventDefinition,
  parseEvent,
  toKafkaRecord,
} from '@coursewire/events'
import type { OutsideRecord } from '@coursewire/messaging'
import { now, UsageError } from '@coursewire/service-kit'
import { z } from 'zod'

const fixtures = new URL('../../../packages/events/fixtures/', import.meta.url)
const definitions = new Map<string, EventDefinition>(
  [courseGenerationCompleted, courseDeployedStaging].map((definition) => [definition.type, definition]),
)
/** The field with the moment of the event. */
const moments: Record<string, string> = {
  [courseGenerationCompleted.type]: 'completed_at',
  [courseDeployedStaging.type]: 'deployed_at',
}

export const eventTypes = [...definitions.keys()]

/** A record that is about to be sent: an event, or a kind of garbage. */
export interface Outgoing {
  what: string
  eventId: string | null
  record: OutsideRecord
}

const draftSchema = z.looseObject({
  type: z.string(),
  payload: z.record(z.string(), z.unknown()),
  meta: z.record(z.string(), z.unknown()),
})
/** An envelope whose contents have not been checked yet. */
type Draft = z.output<typeof draftSchema>

export interface Order {
  /** The name of a fixture, or the path of a file with an envelope. Without it the fields are the whole payload. */
  source: string | null
  type: string
  /** Fields that replace those of the payload. In texts, `{n}` is the number of the event and `{now}` the current time. */
  fields: Record<string, unknown>
  tenant: string | undefined
  times: number
  /** Whether every event is the same, with its original id. */
  isRepeat: boolean
  /** The directory to which paths are relative. */
  directory: string
}

/** Builds the requested events, which every reader would accept. Throws a `UsageError` that lists the problems. */
export function createEvents(order: Order): Outgoing[] {
  const draft = createDraft(order)
  if (order.isRepeat) return Array<Outgoing>(order.times).fill(toOutgoing(fillIn(draft, 1)))
  return Array.from({ length: order.times }, (_, index) => toOutgoing(renew(fillIn(draft, index + 1))))
}

function createDraft(order: Order): Draft {
  const draft = findDraft(order)
  return { ...draft, payload: { ...draft.payload, ...order.fields } }
}

function findDraft({ source, type, tenant, isRepeat, directory }: Order): Draft {
  if (source === null) {
    const meta = { schema_version: '1.0', producer: 'course_factory', tenant_id: tenant ?? 'local' }
    return { id: randomUUID(), type, timestamp: now(), payload: happeningNow(type), meta }
  }
  if (/[/\\]|\.json$/.test(source)) {
    const draft = readDraft(source, resolve(directory, source))
    return tenant === undefined ? draft : moveTo(draft, tenant)
  }
  const example = moveTo(readFixture(source), tenant ?? 'local')
  return isRepeat ? example : { ...example, payload: { ...example.payload, ...happeningNow(source) } }
}

function happeningNow(type: string): Record<string, string> {
  const moment = moments[type]
  return moment ? { [moment]: '{now}' } : {}
}

function moveTo({ meta, payload, ...draft }: Draft, tenant: string): Draft {
  return {
    ...draft,
    meta: { ...meta, tenant_id: tenant },
    payload: 'tenant_id' in payload ? { ...payload, tenant_id: tenant } : payload,
  }
}

function readFixture(name: string): Draft {
  if (!eventTypes.includes(name)) {
    throw new UsageError(`There is no fixture ${name}. Choose one of ${eventTypes.join(' and ')}`)
  }
  return readDraft(name, new URL(`${name}.json`, fixtures))
}

function readDraft(name: string, file: string | URL): Draft {
  if (!existsSync(file)) throw new UsageError(`There is no file ${name}`)
  try {
    return draftSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    const reason = error instanceof z.ZodError ? z.prettifyError(error) : String(error)
    throw new UsageError(`${name} has no envelope:\n${reason}`)
  }
}

function fillIn(draft: Draft, n: number): Draft {
  const at = now()
  const payload = Object.entries(draft.payload).map(([name, value]) => [
    name,
    typeof value === 'string' ? value.replaceAll('{n}', String(n)).replaceAll('{now}', at) : value,
  ])
  return { ...draft, payload: Object.fromEntries(payload) }
}

/** Builds another event with the same contents. */
export function renew(draft: Draft): Draft {
  const meta = { ...draft.meta, correlation_id: randomUUID(), stream_message_id: randomUUID() }
  return { ...draft, id: randomUUID(), timestamp: now(), meta }
}

function toOutgoing(draft: Draft): Outgoing {
  const result = parseEvent(Buffer.from(JSON.stringify(draft)), definitions, 'distribution-service')
  const definition = definitions.get(draft.type)
  if (!definition) throw new UsageError(`CourseFactory sends ${eventTypes.join(' and ')}, not ${draft.type}`)
  if (!result.ok) throw new UsageError(`This is not a valid ${draft.type}:\n${result.message}`)
  const { envelope } = result
  return {
    what: envelope.type,
    eventId: envelope.id,
    record: toKafkaRecord(definition, { ...envelope, payload: envelope.payload as object }),
  }
}
