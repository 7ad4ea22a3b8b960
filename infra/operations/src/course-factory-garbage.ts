import { randomBytes } from 'node:crypto'
import type { OutsideRecord } from '@coursewire/messaging'
import { type Outgoing, renew } from './course-factory-events.ts'

/** The kinds of garbage that an event is turned into, in words for people. */
const kinds: Record<string, (event: string) => Buffer | null> = {
  'random bytes': () => randomBytes(64),
  'broken JSON': (event) => Buffer.from(event.slice(0, event.length / 2)),
  'wrong version': (event) => {
    const { meta, ...another } = renew(JSON.parse(event))
    return Buffer.from(JSON.stringify({ ...another, meta: { ...meta, schema_version: '2.0' } }))
  },
  tombstone: () => null,
  // Nearly as much as a broker accepts.
  huge: () => Buffer.alloc(1_000_000, 'x'),
}

/** Adds one unreadable record of each kind, with the events' keys and evenly spread among them. */
export function addGarbage(events: Outgoing[]): Outgoing[] {
  const names = Object.keys(kinds)
  return events.flatMap((event, index) => {
    const due = names.filter((_, kind) => Math.floor((kind * events.length) / names.length) === index)
    return [event, ...due.map((what) => ({ what, eventId: null, record: spoil(event.record, what) }))]
  })
}

function spoil(record: OutsideRecord, kind: string): OutsideRecord {
  const event = Buffer.from(record.value ?? '').toString()
  return { ...record, value: kinds[kind]?.(event) ?? null }
}
