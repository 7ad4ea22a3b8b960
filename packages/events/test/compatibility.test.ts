import { readFileSync } from 'node:fs'
import { fc, test } from '@fast-check/vitest'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { allEvents } from '../src/all-events.ts'
import { type Contract, findBreaks, findFaults } from '../src/compatibility.ts'
import { buildAsyncApi, buildJsonSchemas, type JsonSchema } from '../src/documents.ts'
import { type EventDefinition, enrollmentCompleted } from '../src/index.ts'

const readJson = (file: string) => JSON.parse(readFileSync(new URL(`../${file}`, import.meta.url), 'utf8'))
const example = readJson('fixtures/enrollment.completed.json')
const contractOf = (events: readonly EventDefinition[]): Contract => ({
  asyncapi: buildAsyncApi(events, () => example),
  schemas: buildJsonSchemas(events),
})
const released: Contract = { asyncapi: readJson('released/asyncapi.json'), schemas: readJson('released/schemas.json') }

it('no listener breaks: every released event is still written and read', () => {
  expect(findBreaks(released, contractOf(allEvents))).toEqual([])
})

it('every event can be compared, also one that is not released', () => {
  const present = contractOf(allEvents)

  expect(findBreaks(present, present)).toEqual([])
})

describe('a change of an event', () => {
  const { payload, listeners } = enrollmentCompleted
  const who = listeners.join(', ')
  const present = contractOf([enrollmentCompleted])
  const after = (change: Partial<EventDefinition>) =>
    findBreaks(present, contractOf([{ ...(enrollmentCompleted as EventDefinition), ...change }]))
  const backward = (fault: string) =>
    `enrollment.completed.v1: ${fault}. Backward: today's ${who} could not read what has been written.`
  const forward = (fault: string) =>
    `enrollment.completed.v1: ${fault}. Forward: the released ${who} could not read what is written now.`
  const lost = (fault: string) => `enrollment.completed.v1: ${fault}. ${who} would get `
  const sources = ['manual', 'auto', 'gift', 'admin']

  it.each<[string, z.ZodObject, string[]]>([
    [
      'a required field is removed',
      payload.omit({ source: true }),
      [backward('payload.source is gone'), forward('payload.source may be missing, but is required where it is read')],
    ],
    ['an optional field is removed', payload.omit({ cta_type: true }), [backward('payload.cta_type is gone')]],
    [
      'a field has another name',
      payload.omit({ cta_type: true }).extend({ cta: payload.shape.cta_type }),
      [backward('payload.cta_type is gone')],
    ],
    [
      'a field has another type',
      payload.extend({ activation: z.string() }),
      [
        backward('payload.activation is written with type "integer" and read with "string"'),
        forward('payload.activation is written with type "string" and read with "integer"'),
      ],
    ],
    [
      'an optional field becomes required',
      payload.required({ cta_type: true }),
      [backward('payload.cta_type may be missing, but is required where it is read')],
    ],
    [
      'a required field becomes optional',
      payload.partial({ source: true }),
      [forward('payload.source may be missing, but is required where it is read')],
    ],
    [
      'a new field is required',
      payload.extend({ price: z.number() }),
      [backward('payload.price may be missing, but is required where it is read')],
    ],
    [
      'a field may be null',
      payload.extend({ source: payload.shape.source.nullable() }),
      [forward('payload.source is written with type "null" and read with "string"')],
    ],
    [
      'a value is new',
      payload.extend({ source: z.enum([...sources, 'import']) }),
      [forward('payload.source may be "import", which is not read')],
    ],
    [
      'a value is removed',
      payload.extend({ source: z.enum(['manual', 'auto', 'gift']) }),
      [backward('payload.source may be "admin", which is not read')],
    ],
    [
      'a limit is lower',
      payload.extend({ activation: payload.shape.activation.max(10) }),
      [backward('payload.activation is written with maximum 2147483647 and read with 10')],
    ],
    [
      'a rule is new that JSON Schema cannot express',
      payload.extend({ source: payload.shape.source.refine((source) => source !== 'gift') }),
      [backward('payload.source is written with x-checks none and read with 1')],
    ],
  ])('is found, with who would break, if %s', (_, changed, breaks) => {
    expect(after({ payload: changed })).toEqual(breaks)
  })

  it.each<[string, Partial<EventDefinition>, string]>([
    ['the key', { key: 'student_id' }, lost('the key is student_id instead of enrollment_id') + 'events out of order.'],
    [
      'the topic',
      { topic: 'enrolment.events.v1' },
      lost('the topic is enrolment.events.v1 instead of enrollment.events.v1') + 'it no more.',
    ],
    ['the version of the topic', { topic: 'enrollment.events.v2' }, lost('the event is gone') + 'it no more.'],
    ['the type', { type: 'enrollment.finished' }, lost('the event is gone') + 'it no more.'],
  ])('is found if %s is another', (_, change, line) => {
    expect(after(change)).toEqual([line])
  })

  it('is found if another producer sends the event', () => {
    expect(after({ producer: 'shop' })).toContain(forward('meta.producer may be "shop", which is not read'))
  })

  it('is found if a header is no longer sent', () => {
    const changed = structuredClone(present)
    const { required = [], properties = {} } = changed.asyncapi.components.messageTraits.record.headers
    delete properties['ce_tenantid']
    required.splice(required.indexOf('ce_tenantid'), 1)

    expect(findBreaks(present, changed)).toEqual([
      "headers: ce_tenantid is gone. Backward: today's listeners could not read what has been written.",
      'headers: ce_tenantid may be missing, but is required where it is read. Forward: the released listeners could not read what is written now.',
    ])
  })

  it.each<[string, Partial<EventDefinition>]>([
    ['it is none', {}],
    ['an optional field is new', { payload: payload.extend({ price: z.number().optional() }) }],
    ['an optional field is new that may be null', { payload: payload.extend({ price: z.number().nullish() }) }],
    ['values have another order', { payload: payload.extend({ source: z.enum([...sources].reverse()) }) }],
    ['a field is described', { payload: payload.extend({ source: payload.shape.source.meta({ title: 'source' }) }) }],
    ['there is one more listener', { listeners: [...listeners, 'Marketing'] }],
    ['a listener leaves', { listeners: [] }],
  ])('is harmless if %s', (_, change) => {
    expect(after(change)).toEqual([])
  })

  it('is not passed over if an event has no schema', () => {
    const changed = { ...present, schemas: { ...present.schemas, $defs: {} } }

    expect(() => findBreaks(changed, changed)).toThrow('enrollment.completed.v1 has no schema')
  })

  it('is harmless if it is a new event', () => {
    expect(findBreaks(present, contractOf(allEvents))).toEqual([])
  })
})

describe('the comparison of two schemas', () => {
  const text: JsonSchema = { type: 'string' }
  const of = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
    type: 'object',
    properties,
    required,
  })
  const both: JsonSchema = { anyOf: [{ type: 'string', maxLength: 9 }, { type: 'null' }] }

  it.each<[string, JsonSchema, JsonSchema]>([
    ['a shorter minimum', { ...text, minLength: 1 }, text],
    ['a longer maximum', { ...text, maxLength: 9 }, { ...text, maxLength: 10 }],
    ['no maximum', { ...text, maxLength: 9 }, text],
    ['a smaller number', { type: 'number', exclusiveMinimum: 0 }, { type: 'number', minimum: 0 }],
    ['a larger number', { type: 'number', maximum: 9 }, { type: 'number', maximum: 10 }],
    ['a fraction', { type: 'integer' }, { type: 'number' }],
    ['another pattern', { ...text, pattern: '^a' }, { ...text, pattern: '^b' }],
    ['another format', { ...text, format: 'uuid' }, text],
    ['other patterns', { ...text, allOf: [{ pattern: 'a' }, { pattern: 'b' }] }, { ...text, pattern: 'a' }],
    ['any text', { ...text, enum: ['a'] }, text],
    ['another constant', { ...text, const: 'a' }, { ...text, const: 'b' }],
    ['anything', text, {}],
    ['another alternative', both, { anyOf: [...(both.anyOf ?? []), { type: 'number' }] }],
    ['a larger alternative', both, { anyOf: [{ type: 'string', maxLength: 10 }, { type: 'null' }] }],
    ['another type of several', { type: ['string', 'null'] }, { type: ['string', 'number'] }],
    ['other items', { type: 'array', items: text }, { type: 'array', items: { type: 'null' } }],
    ['more items', { type: 'array', items: text, maxItems: 1 }, { type: 'array', items: text }],
    ['another field deep inside', of({ a: of({ b: text }, ['b']) }), of({ a: of({ b: text }) })],
    ['an unknown field where none may be', { ...of({}), additionalProperties: false }, of({ a: text })],
    [
      'an unknown field that is named like a built-in',
      { ...of({}), additionalProperties: false },
      of({ constructor: text }),
    ],
    [
      'other values of a map',
      { type: 'object', additionalProperties: text },
      { type: 'object', additionalProperties: {} },
    ],
    ['a map instead of fields', of({ a: text }), { type: 'object', additionalProperties: {} }],
    ['other names of a map', { type: 'object', propertyNames: { pattern: 'a' } }, { type: 'object' }],
  ])('finds %s', (_, reader, writer) => {
    expect(findFaults(reader, writer, 'released')).toHaveLength(1)
    expect(findFaults(reader, reader, 'released')).toEqual([])
    expect(findFaults(writer, writer, 'present')).toEqual([])
  })

  it.each<[string, JsonSchema & { uniqueItems?: boolean }, string]>([
    [
      'a keyword that it does not know',
      { type: 'array', uniqueItems: true },
      'a has uniqueItems, which cannot be compared',
    ],
    ['a union with more rules', { ...both, minLength: 1 }, 'a is a union with further rules, which cannot be compared'],
  ])('refuses %s, instead of passing it', (_, schema, message) => {
    expect(() => findFaults(of({ a: schema }), of({ a: {} }), 'present')).toThrow(message)
    expect(() => findFaults(of({ a: {} }), of({ a: schema }), 'present')).toThrow(message)
  })

  // Each pair has much in common, or hardly any would be compatible.
  type Pair = { reader: JsonSchema; writer: JsonSchema }
  const pairOf = <T>(side: fc.Arbitrary<T>) => fc.record({ reader: side, writer: side })
  const bound = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined })
  const withoutNone = (schema: object): JsonSchema => JSON.parse(JSON.stringify(schema))
  const scalar = fc.oneof(
    fc.record({ type: fc.constant('string'), minLength: bound, maxLength: bound }),
    fc.record({ type: fc.constantFrom('integer', 'number'), minimum: bound, maximum: bound, exclusiveMinimum: bound }),
    fc.record({ type: fc.constant('string'), enum: fc.subarray(['', 'a', 'abc'], { minLength: 1 }) }),
    fc.constantFrom(
      { type: 'null' },
      { type: 'boolean' },
      { type: ['string', 'null'] },
      { type: 'string', const: 'a' },
      {},
    ),
  )
  const { pair } = fc.letrec<{ pair: Pair }>((tie) => ({
    pair: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schemas' },
      pairOf(scalar.map(withoutNone)),
      scalar.map(withoutNone).map((schema) => ({ reader: schema, writer: schema })),
      fc
        .record({
          items: tie('pair'),
          bounds: pairOf(fc.record({ minItems: bound, maxItems: bound }).map(withoutNone)),
        })
        .map(({ items, bounds }) => ({
          reader: { type: 'array', items: items.reader, ...bounds.reader },
          writer: { type: 'array', items: items.writer, ...bounds.writer },
        })),
      fc.array(tie('pair'), { minLength: 1, maxLength: 2 }).map((pairs) => ({
        reader: { anyOf: pairs.map(({ reader }) => reader) },
        writer: { anyOf: pairs.map(({ writer }) => writer).reverse() },
      })),
      fc
        .record({
          fields: fc.dictionary(fc.constantFrom('a', 'b'), tie('pair')),
          hidden: pairOf(fc.constantFrom({}, {}, { a: undefined })),
          required: pairOf(fc.subarray(['a', 'b'])),
          others: fc.option(tie('pair'), { nil: undefined }),
          closed: pairOf(fc.constantFrom<JsonSchema>({}, {}, { additionalProperties: false })),
        })
        .map(({ fields, hidden, required, others, closed }) => {
          const side = (which: 'reader' | 'writer'): JsonSchema => {
            const schemas = Object.entries(fields).map(([name, field]) => [name, field[which]])
            const properties = withoutNone({ ...Object.fromEntries(schemas), ...hidden[which] }) as Record<
              string,
              JsonSchema
            >
            const known = required[which].filter((name) => name in properties)
            const rest = others ? { additionalProperties: others[which] } : closed[which]
            return { type: 'object', properties, required: known, ...rest }
          }
          return { reader: side('reader'), writer: side('writer') }
        }),
    ),
  }))

  const scalars = ['', 'a', 'abc', 'abcd', 0, 1, 2.5, 3, 9, true, null]
  const lists = [[], ...scalars.map((value) => [value]), ['a', 'a'], ['', null, 1]]
  const objects = [...scalars, [], ['a'], { a: 'a' }, {}].flatMap((a) => [
    { a },
    { b: a },
    { a, b: 'a' },
    { a: 1, b: a },
    { c: a },
  ])
  const values = [...scalars, ...lists, {}, ...objects, ...objects.slice(0, 20).map((value) => [value])]

  /** Writers write no unknown fields, which JSON Schema has to be told. */
  const close = (schema: JsonSchema): JsonSchema =>
    JSON.parse(JSON.stringify(schema), (_, value) =>
      value?.type === 'object' ? { additionalProperties: false, ...value } : value,
    )

  test.prop([pair], { numRuns: 200 })('never passes a reader that refuses what is written', ({ reader, writer }) => {
    fc.pre(findFaults(reader, writer, 'released').length === 0)
    const ajv = new Ajv2020({ strict: false })
    const [reads, writes] = [ajv.compile(reader), ajv.compile(close(writer))]

    expect(values.filter((value) => writes(value) && !reads(value))).toEqual([])
  })
})
