import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { allEvents } from '../src/all-events.ts'
import { parseEvent, snsEnrollmentCompleted, toSnsEnrollmentCompleted } from '../src/index.ts'

const folder = new URL('../fixtures/', import.meta.url)
const readFixture = (file: string) => readFileSync(new URL(file, folder))
const definitions = new Map(allEvents.map((definition) => [definition.type, definition]))
const eventFiles = readdirSync(folder).filter((file) => !file.startsWith('sns.'))

describe('golden examples', () => {
  it('exist for every event, and for nothing else', () => {
    expect(eventFiles.map((file) => file.replace(/\.json$/, '')).sort()).toEqual([...definitions.keys()].sort())
    expect(definitions.size).toBe(28)
  })

  it.each(eventFiles)('include %s, which is read unchanged', (file) => {
    const bytes = readFixture(file)

    const result = parseEvent(bytes, definitions, 'anybody')

    expect(result).toMatchObject({ ok: true, event: JSON.parse(bytes.toString()) })
  })

  it.each(eventFiles)('include %s, which can be built from its parts', (file) => {
    const golden = JSON.parse(readFixture(file).toString())
    const { meta } = golden

    const built = definitions.get(golden.type)?.build(
      golden.payload,
      {
        tenantId: meta.tenant_id,
        correlationId: meta.correlation_id,
        causationId: meta.causation_id,
        ...(meta.stream_message_id && { streamMessageId: meta.stream_message_id }),
      },
      { id: golden.id, at: golden.timestamp },
    )

    expect(built).toStrictEqual(golden)
  })

  it('include the SNS message, which has the values of its event', () => {
    const event = JSON.parse(readFixture('enrollment.completed.json').toString())
    const golden = JSON.parse(readFixture('sns.EnrollmentCompleted.json').toString())

    const { subject, message, attributes } = toSnsEnrollmentCompleted(event)

    expect(JSON.parse(message)).toStrictEqual(golden)
    expect(snsEnrollmentCompleted.parse(golden)).toStrictEqual(golden)
    expect(subject).toBe('Enrollment Completed')
    expect(attributes).toStrictEqual({
      event_id: event.id,
      tenant_id: 'brain_prod',
      enrollment_id: 'enr_0194a1b2c3d4',
      activation: '1',
    })
  })
})
