import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Parser } from '@asyncapi/parser'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allEvents } from '../src/all-events.ts'
import { describeSchema } from '../src/documents.ts'
import { enrollmentCompleted, parseEvent, toKafkaRecord } from '../src/index.ts'

const read = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const asyncapi = read('asyncapi.json')
const ajv = new Ajv2020({ strict: true, validateFormats: false }).addVocabulary(['x-checks'])
const names = allEvents.map(({ type }) => type).sort()

describe('asyncapi.json', () => {
  const parse = (document: unknown) =>
    new Parser().parse(JSON.stringify(document), {
      source: fileURLToPath(new URL('../asyncapi.json', import.meta.url)),
    })

  it('is accepted by the official parser, with an example of every event', async () => {
    const { document, diagnostics } = await parse(asyncapi)

    expect(diagnostics.filter(({ severity }) => severity <= 1)).toEqual([])
    const messages = document?.allMessages().all() ?? []
    expect(new Set(messages.map((message) => message.name()))).toEqual(new Set(names))
    expect(messages.filter((message) => message.examples().length === 1)).toHaveLength(names.length)
  })

  it.each<[string, (document: typeof asyncapi) => void]>([
    ['an action that does not exist', ({ operations }) => (operations['email.send.email.events.v1'].action = 'shout')],
    [
      'an operation with a message of another topic',
      ({ operations }) =>
        operations['email.send.email.events.v1'].messages.push({
          $ref: '#/channels/account.events.v1/messages/account.erased.v1',
        }),
    ],
    [
      'a schema that does not exist',
      ({ components }) => (components.messages['email.sent.v1'].payload.$ref = 'schemas.json#/$defs/nothing'),
    ],
  ])('would be refused with %s', async (_, damage) => {
    const damaged = structuredClone(asyncapi)
    damage(damaged)

    const { diagnostics } = await parse(damaged)

    expect(diagnostics).toContainEqual(expect.objectContaining({ severity: 0 }))
  })

  it('says who sends and who gets each event', async () => {
    const { document } = await parse(asyncapi)

    const operations = document?.operations().all() ?? []
    const told = allEvents.map(({ type }) =>
      operations
        .filter((operation) =>
          operation
            .messages()
            .all()
            .some((message) => message.name() === type),
        )
        .map((operation) =>
          [operation.channels().all()[0]?.address(), operation.action(), operation.json().title].join(' '),
        ),
    )
    expect(told.map((lines) => new Set(lines))).toEqual(
      allEvents.map(
        ({ topic, producer, listeners }) =>
          new Set([`${topic} send ${producer}`, ...listeners.map((listener) => `${topic} receive ${listener}`)]),
      ),
    )
  })

  it('has the headers of a record, and no others', () => {
    const event = read('fixtures/enrollment.completed.json')
    const caused = { ...event, meta: { ...event.meta, causation_id: 'cause-1' } }
    const { headers } = toKafkaRecord(
      enrollmentCompleted,
      caused,
      '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    )

    const { properties } = asyncapi.components.messageTraits.record.headers
    expect(Object.keys(properties).sort()).toEqual(headers.map(([name]) => name).sort())
  })

  it.each(names)('has an example of %s, with headers as they are described', (type) => {
    const { messages, messageTraits } = asyncapi.components
    const [{ headers, payload }] = messages[`${type}.v1`].examples
    const haveForm = ajv.compile(messageTraits.record.headers)

    expect(payload).toEqual(read(`fixtures/${type}.json`))
    expect(haveForm(headers)).toBe(true)
    expect(haveForm({ ...headers, ce_id: undefined })).toBe(false)
  })
})

describe('schemas.json', () => {
  ajv.addSchema(read('schemas.json'))
  const isValid = (type: string, event: unknown) =>
    ajv.getSchema(`https://coursewire.example/schemas/${type}.v1.json`)?.(event)
  const definitions = new Map(allEvents.map((event) => [event.type, event]))
  const isRead = (event: unknown) => parseEvent(Buffer.from(JSON.stringify(event)), definitions, 'anybody').ok

  it.each(names)('has the schema of %s under its URL, which refuses what our readers refuse', (type) => {
    const event = read(`fixtures/${type}.json`)
    const without = (field: string) => {
      const { [field]: _, ...payload } = event.payload
      return { ...event, payload }
    }

    expect(isValid(type, event)).toBe(true)
    for (const field of Object.keys(event.payload)) {
      expect([field, isValid(type, without(field))]).toEqual([field, isRead(without(field))])
      const odd = { ...event, payload: { ...event.payload, [field]: { odd: true } } }
      expect([field, isValid(type, odd)]).toEqual([field, isRead(odd)])
    }
  })

  it('promises whole envelopes of our own events, and expects of CourseFactory what its reader needs', () => {
    const bare = (type: string) => {
      const { target: _, ...event } = read(`fixtures/${type}.json`)
      return { ...event, meta: { schema_version: '1.1', producer: event.meta.producer, tenant_id: 'acme' } }
    }

    expect(isValid('course.deployed.staging', bare('course.deployed.staging'))).toBe(true)
    expect(isValid('enrollment.completed', bare('enrollment.completed'))).toBe(false)
  })

  it.each(allEvents)('describes $type for writers as for readers', ({ payload }) => {
    const { $schema: _, ...written } = z.toJSONSchema(payload, { io: 'output' })

    const isClosed = (key: string, value: unknown) => key === 'additionalProperties' && value === false
    const opened = JSON.stringify(written, (key, value) => (isClosed(key, value) ? undefined : value))
    const uncounted = JSON.stringify(describeSchema(payload), (key, value) => (key === 'x-checks' ? undefined : value))
    expect(JSON.parse(uncounted)).toEqual(JSON.parse(opened))
  })
})
