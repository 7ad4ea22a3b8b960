import { randomUUID } from 'node:crypto'
import { enrollmentCompleted, type KafkaRecord, toKafkaRecord } from '@coursewire/events'
import { type OutboxRow, toKafkaRow } from '@coursewire/messaging'
import { now } from '@coursewire/service-kit'

const KEYS = 5_000

/** Builds the n-th of many enrolments, which are spread over 5,000 keys. */
function buildEvent(index: number) {
  const at = now()
  return enrollmentCompleted.build(
    {
      enrollment_id: `enr_${(index % KEYS).toString().padStart(36, '0')}`,
      student_id: randomUUID(),
      course_id: 'spec-driven-dev-mini',
      enrollment_type: 'free',
      enrolled_at: at,
      source: 'manual',
      payment_status: 'free',
      activation: 1,
    },
    { tenantId: 'bench', correlationId: randomUUID(), causationId: null },
    { id: randomUUID(), at },
  )
}

export function buildRecords(topic: string, count: number, from = 0): KafkaRecord[] {
  const definition = { ...enrollmentCompleted, topic }
  return Array.from({ length: count }, (_, index) => toKafkaRecord(definition, buildEvent(from + index)))
}

export function buildRows(topic: string, count: number): OutboxRow[] {
  return Array.from({ length: count }, (_, index) => buildRow(topic, index).row)
}

/** Builds the event as an outbox row, with the fields that enrollment-api logs. */
export function buildRow(topic: string, index: number): { id: string; row: OutboxRow } {
  const event = buildEvent(index)
  const { student_id: userId, course_id: courseId } = event.payload
  const fields = { userId, courseId, destination: 'kafka', eventId: event.id }
  return { id: event.id, row: toKafkaRow({ ...enrollmentCompleted, topic }, event, { fields }) }
}
