import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  courseGenerationCompleted,
  defineEvent,
  type EventDefinition,
  enrollmentCompleted,
  MAX_EVENT_BYTES,
  parseEvent,
  toKafkaRecord,
  toSnsEnrollmentCompleted,
} from '../src/index.ts'

const definitions = new Map<string, EventDefinition>([
  [enrollmentCompleted.type, enrollmentCompleted],
  [courseGenerationCompleted.type, courseGenerationCompleted],
])
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const read = (value: unknown) => parseEvent(bytesOf(value), definitions, 'enrollment-api')

const identity = { id: '0b9f6a7e-5c1d-4e2f-8a3b-000000000012', at: '2025-01-15T14:30:00.123456Z' }
const meta = { tenantId: 'tenant', correlationId: 'request-1', causationId: null }
const payload = {
  enrollment_id: 'enr_1',
  student_id: 'student-1',
  course_id: 'course-1',
  enrollment_type: 'free',
  enrolled_at: '2025-01-15T14:30:00Z',
  source: 'manual',
  payment_status: 'free',
  activation: 1,
} as const
const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString()
const anEvent = () => enrollmentCompleted.build(payload, meta, identity)

const anId = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
  .filter((text) => /^(?!\.{1,2}$)[^\p{Cc}\p{Cs}]{1,128}$/u.test(text))
const aMoment = fc
  .tuple(
    fc.date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date(), noInvalidDate: true }),
    fc.string({ unit: fc.constantFrom(...Array.from('0123456789')), maxLength: 9 }),
    fc.constantFrom('Z', '+00:00', '-11:30', '+14:00'),
  )
  .map(([date, digits, offset]) => `${date.toISOString().slice(0, 19)}${digits && `.${digits}`}${offset}`)

describe('an event that we write', () => {
  test.prop({
    payload: fc.record({
      enrollment_id: anId,
      student_id: anId,
      course_id: anId,
      enrollment_type: fc.constantFrom('free' as const, 'paid' as const),
      enrolled_at: aMoment,
      source: fc.constantFrom('manual' as const, 'auto' as const, 'gift' as const, 'admin' as const),
      payment_status: fc.constantFrom('free' as const, 'paid' as const),
      activation: fc.integer({ min: 1 }),
    }),
    id: fc.uuid({ version: 4 }),
    tenantId: anId,
    correlationId: anId,
    causationId: fc.option(anId),
  })('is the same after it has been serialised and parsed', ({ payload, id, ...meta }) => {
    const event = enrollmentCompleted.build(payload, meta, { id, at: identity.at })

    const record = toKafkaRecord(enrollmentCompleted, event)

    expect(parseEvent(record.value, definitions, 'x')).toStrictEqual({ ok: true, event, envelope: event })
    expect(record.key).toBe(payload.enrollment_id)
  })

  it('carries the CloudEvents headers, and the traceparent of the request if it had one', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
    const caused = enrollmentCompleted.build(payload, { ...meta, causationId: 'cause-1' }, identity)

    expect(Object.fromEntries(toKafkaRecord(enrollmentCompleted, anEvent()).headers)).toEqual({
      ce_specversion: '1.0',
      ce_id: identity.id,
      ce_type: 'enrollment.completed',
      ce_source: '/enrollment',
      ce_time: identity.at,
      ce_tenantid: 'tenant',
      ce_correlationid: 'request-1',
      'content-type': 'application/json',
    })
    expect(Object.fromEntries(toKafkaRecord(enrollmentCompleted, caused, traceparent).headers)).toMatchObject({
      ce_causationid: 'cause-1',
      traceparent,
    })
  })

  it.each([
    ['an id that is not a UUID v4', {}, {}, { id: '0194a1b2-c3d4-7000-8000-000000000000' }],
    ['a moment with fewer digits', {}, {}, { at: '2025-01-15T14:30:00.123Z' }],
    ['a moment with an offset', {}, {}, { at: '2025-01-15T14:30:00.123456+00:00' }],
    ['a payload that breaks its schema', { activation: 0 }, {}, {}],
    ['a field that the schema lacks', { email: 'somebody' }, {}, {}],
    ['no tenant', {}, { tenantId: '' }, {}],
    ['a control character in an id', {}, { correlationId: 'a\u0000b' }, {}],
  ])('is refused if it has %s', (_, payloadPart, metaPart, identityPart) => {
    expect(() =>
      enrollmentCompleted.build(
        { ...payload, ...payloadPart },
        { ...meta, ...metaPart },
        { ...identity, ...identityPart },
      ),
    ).toThrow(z.ZodError)
  })

  const note = defineEvent({
    type: 'note.written',
    topic: 'note.events.v1',
    producer: 'note',
    key: 'note_id',
    listeners: [],
    payload: z.object({ note_id: z.string(), text: z.string() }),
  })
  const envelopeBytes = bytesOf(note.build({ note_id: 'n', text: '' }, meta, identity)).byteLength

  test.prop([fc.integer({ min: -2000, max: 2000 })])('is refused above 256 KiB, and only then', (excess) => {
    const text = 'x'.repeat(MAX_EVENT_BYTES - envelopeBytes + excess)
    const serialise = () => toKafkaRecord(note, note.build({ note_id: 'n', text }, meta, identity))

    if (excess > 0) expect(serialise).toThrow(/note\.written is \d+ bytes, more than the 262144/)
    else expect(serialise().value.byteLength).toBe(MAX_EVENT_BYTES + excess)
  })

  it('is refused for SNS above the same size', () => {
    const event = { ...anEvent(), payload: { ...payload, student_id: 'x'.repeat(MAX_EVENT_BYTES) } }

    expect(() => toSnsEnrollmentCompleted(event)).toThrow(/student_id|Too big/)
  })
})

describe('an event that we read', () => {
  test.prop({
    extra: fc.dictionary(
      fc.string().map((name) => `x_${name}`),
      fc.jsonValue(),
    ),
  })('may have unknown fields anywhere, which handlers do not see', ({ extra }) => {
    const event = anEvent()

    const result = read({
      ...extra,
      ...event,
      payload: { ...extra, ...event.payload },
      meta: { ...extra, ...event.meta },
    })

    expect(result).toMatchObject({ ok: true, event })
    expect(result.ok && Object.keys(result.event.payload as object)).toEqual(Object.keys(event.payload))
  })

  test.prop({ moment: aMoment })('may have 0–9 fractional digits and any offset, which are kept', ({ moment }) => {
    const event = anEvent()

    const result = read({ ...event, timestamp: moment, payload: { ...event.payload, enrolled_at: moment } })

    expect(result).toMatchObject({ ok: true, event: { timestamp: moment, payload: { enrolled_at: moment } } })
  })

  test.prop([fc.uint8Array({ maxLength: 300 })])('may be any bytes without causing an exception', (bytes) => {
    expect(parseEvent(bytes, definitions, 'x')).toMatchObject({ ok: false, reason: 'not-an-envelope' })
  })

  it('gets missing values from its other fields', () => {
    const { meta: _, target: __, ...event } = anEvent()

    const result = read({
      ...event,
      payload: { ...event.payload, tenant_id: 'from-payload' },
      meta: { schema_version: '1.7', producer: 'somebody' },
    })

    expect(result).toMatchObject({
      ok: true,
      event: {
        meta: { tenant_id: 'from-payload', correlation_id: event.id, causation_id: null, producer: 'somebody' },
        target: null,
      },
    })
  })

  it('may lack the values that CourseFactory omits or leaves empty or null', () => {
    const event = courseGenerationCompleted.build(
      { course_id: 'c', title: 'T', language: 'de', completed_at: '2025-01-01T00:00:00' + 'Z' },
      meta,
      identity,
    )

    expect(read(event).ok).toBe(true)
    const empty = { description: null, target_audiences: [], total_lessons: null, workload: '', starts_at: '' }
    expect(read({ ...event, payload: { ...event.payload, ...empty } }).ok).toBe(true)
  })

  const event = anEvent()
  it.each([
    ['not-an-envelope', 'null', null],
    ['not-an-envelope', 'a list', [event]],
    ['not-an-envelope', 'an id that is too long', { ...event, id: 'x'.repeat(129) }],
    ['not-an-envelope', 'a control character in the id', { ...event, id: 'a\u0007' }],
    ['not-an-envelope', 'an unpaired surrogate in the id', { ...event, id: 'a\ud800' }],
    ['not-an-envelope', 'a dot segment as its id', { ...event, id: '..' }],
    ['not-an-envelope', 'ten fractional digits', { ...event, timestamp: '2025-01-15T14:30:00.1234567890Z' }],
    ['not-an-envelope', 'the 30th of February', { ...event, timestamp: '2025-02-30T14:30:00Z' }],
    ['not-an-envelope', 'the year 0', { ...event, timestamp: '0000-02-28T14:30:00Z' }],
    ['not-an-envelope', 'an offset that Postgres does not know', { ...event, timestamp: '2025-02-28T14:30:00+16:00' }],
    ['not-an-envelope', 'a moment without an offset', { ...event, timestamp: '2025-01-15T14:30:00' }],
    ['not-an-envelope', 'no tenant', { ...event, meta: { ...event.meta, tenant_id: undefined } }],
    ['not-an-envelope', 'two tenants', { ...event, payload: { ...payload, tenant_id: 'other' } }],
    ['not-an-envelope', 'no meta', { ...event, meta: undefined }],
    [
      'not-an-envelope',
      'a stream id that is too long',
      { ...event, meta: { ...event.meta, stream_message_id: 'x'.repeat(201) } },
    ],
    ['unknown-type', 'a type that nobody handles', { ...event, type: 'enrollment.imagined' }],
    ['unknown-type', 'a type named like a built-in', { ...event, type: 'constructor' }],
    ['invalid-payload', 'a missing field', { ...event, payload: { ...payload, student_id: undefined } }],
    [
      'invalid-payload',
      'a moment more than a day ahead',
      { ...event, payload: { ...payload, enrolled_at: inHours(25) } },
    ],
    ['invalid-payload', 'a number that no column can hold', { ...event, payload: { ...payload, activation: 2 ** 31 } }],
    ['unsupported-version', 'another major version', { ...event, meta: { ...event.meta, schema_version: '2.0' } }],
    ['for-somebody-else', 'another target', { ...event, target: 'email-worker' }],
    ['for-somebody-else', 'a target of another shape', { ...event, target: { module: 'email' } }],
  ])('is refused as %s because of %s', (reason, _, value) => {
    expect(read(value)).toMatchObject({ ok: false, reason, message: expect.stringMatching(/./) })
  })

  it('may come from a clock that is some hours ahead', () => {
    expect(read({ ...event, payload: { ...payload, enrolled_at: inHours(23) } }).ok).toBe(true)
  })

  const generation = (about: object) =>
    read({
      ...event,
      type: courseGenerationCompleted.type,
      payload: { course_id: 'c', title: 'T', language: 'de', completed_at: '2025-01-01T00:00:00Z', ...about },
    })

  it('has its lines and texts normalised', () => {
    const result = generation({
      title: ' Two\tlines\r\nand\u0085more\u2028 ',
      description: '\u200b\r\nOne.\r\n\r\nTwo.\u2029Three.\n',
      target_audiences: ['a  b', ' ', '\u200b', 'c', 'a b', 'c\u00ad'],
    })

    expect(result).toMatchObject({
      ok: true,
      event: {
        payload: {
          title: 'Two lines and more',
          description: '\u200b\nOne.\n\nTwo.\nThree.',
          target_audiences: ['a b', 'c'],
        },
      },
    })
  })

  it.each([
    ['a title of invisible characters', { title: '\u200b\u00ad\u2066\ufe0f\u3164' }],
    ['a title that is too long', { title: 'x'.repeat(501) }],
    ['a control character in the title', { title: 'a\u0007' }],
    ['an unpaired surrogate in the title', { title: 'a\ud83d' }],
    ['a NUL in the description', { description: 'a\0' }],
    ['an unpaired surrogate in the description', { description: '\udc00' }],
    ['a description that is too long', { description: 'word '.repeat(160_000) }],
    ['too many audiences', { target_audiences: Array.from({ length: 51 }, (_, n) => `${n}`) }],
    ['a number of lessons that no column can hold', { total_lessons: 2 ** 31 }],
    ['a workload that is no ISO 8601 duration', { workload: '20 hours' }],
    ['a workload without a number', { workload: 'PT' }],
    ['a start that is no day', { starts_at: '2026-02-30' }],
    ['a start with a time', { starts_at: '2026-03-02T09:00:00Z' }],
  ])('is refused if it has %s', (_, about) => {
    expect(generation(about)).toMatchObject({ ok: false, reason: 'invalid-payload' })
  })

  it('is accepted if it is addressed to us', () => {
    expect(read({ ...event, target: 'enrollment-api' }).ok).toBe(true)
  })

  it('is refused if it is not valid UTF-8', () => {
    const bytes = bytesOf(event)
    bytes[10] = 0xff

    expect(parseEvent(bytes, definitions, 'x')).toMatchObject({ ok: false, reason: 'not-an-envelope' })
  })
})
