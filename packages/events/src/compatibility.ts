import type { AsyncApi, JsonSchema, JsonSchemas } from './documents.ts'

export interface Contract {
  asyncapi: AsyncApi
  schemas: JsonSchemas
}

/** Whether a reader is as it is now, or as it was released. */
type Age = 'present' | 'released'

interface Event {
  topic: string
  key: string | undefined
  listeners: string[]
  schema: JsonSchema
}

/**
 * Compares the present contract with the released one, and returns a line for each change that breaks a listener. Listeners as they are
 * now must accept what has been written (backward), and those that run must accept what is written now (forward). New events and new
 * optional fields break nobody, because readers ignore what they do not know. Throws on a schema that it cannot compare.
 */
export function findBreaks(released: Contract, present: Contract): string[] {
  const presentEvents = readEvents(present)
  return [...readEvents(released)].flatMap(([name, before]) => {
    const now = presentEvents.get(name)
    if (!now) return [`${name}: the event is gone. ${list(before)} would get it no more.`]
    return findBreaksOfEvent(before, now).map((fault) => `${name}: ${fault}`)
  })
}

function findBreaksOfEvent(before: Event, now: Event): string[] {
  const breaks: string[] = []
  if (before.topic !== now.topic) {
    breaks.push(`the topic is ${now.topic} instead of ${before.topic}. ${list(before)} would get it no more.`)
  }
  if (before.key !== now.key) {
    breaks.push(`the key is ${now.key} instead of ${before.key}. ${list(before)} would get events out of order.`)
  }
  for (const fault of findFaults(now.schema, before.schema, 'present')) {
    breaks.push(`${fault}. Backward: today's ${list(now)} could not read what has been written.`)
  }
  for (const fault of findFaults(before.schema, now.schema, 'released')) {
    breaks.push(`${fault}. Forward: the released ${list(before)} could not read what is written now.`)
  }
  return breaks
}

const list = ({ listeners }: Event) => listeners.join(', ') || 'listeners'

function readEvents({ asyncapi, schemas }: Contract): Map<string, Event> {
  const receive = Object.values(asyncapi.operations).filter(({ action }) => action === 'receive')
  const events = Object.entries(asyncapi.channels).flatMap(([channel, { address, messages }]) =>
    Object.keys(messages).map((name) => {
      const $ref = `#/channels/${channel}/messages/${name}`
      const listeners = receive.filter((operation) => operation.messages.some((message) => message.$ref === $ref))
      const schema = schemas.$defs[name]
      if (!schema) throw new Error(`${name} has no schema`)
      const event = {
        topic: address,
        key: asyncapi.components.messages[name]?.bindings.kafka.key.title,
        listeners: listeners.map(({ title }) => title),
        schema,
      }
      return [name, event] as const
    }),
  )
  const { headers } = asyncapi.components.messageTraits.record
  return new Map<string, Event>([
    ...events,
    ['headers', { topic: '', key: undefined, listeners: ['listeners'], schema: headers }],
  ])
}

const annotations = ['$id', 'title', 'description', 'examples']
const equal = ['format', 'pattern', 'allOf', 'propertyNames'] as const
const lowerBounds = ['minLength', 'minItems', 'minimum', 'exclusiveMinimum', 'x-checks'] as const
const upperBounds = ['maxLength', 'maxItems', 'maximum', 'exclusiveMaximum'] as const
const structure = ['type', 'enum', 'const', 'anyOf', 'items', 'properties', 'required', 'additionalProperties']
const comparable = new Set<string>([...annotations, ...equal, ...lowerBounds, ...upperBounds, ...structure])

/**
 * Returns why the reader might refuse what the writer writes; nothing if it accepts all of it. Writers write no fields that their schema
 * lacks. Readers ignore unknown ones, but a present reader must know all of those that were written, so that no name gets a second meaning.
 */
export function findFaults(reader: JsonSchema, writer: JsonSchema, age: Age, path = ''): string[] {
  const accepted = splitUnion(reader, path)
  const written = splitUnion(writer, path)
  return written.flatMap((alternative) => {
    const faults = accepted.map((option) => compare(option, alternative, age, path))
    return faults.reduce((fewest, others) => (others.length < fewest.length ? others : fewest))
  })
}

/** The alternatives of a union, however they are nested. */
function splitUnion(schema: JsonSchema, path: string): JsonSchema[] {
  const keywords = Object.keys(schema).filter((keyword) => !annotations.includes(keyword))
  const unknown = keywords.find((keyword) => !comparable.has(keyword))
  if (unknown) throw new Error(`${path} has ${unknown}, which cannot be compared`)
  const union = schema.anyOf ?? (Array.isArray(schema.type) ? schema.type.map((type) => ({ type })) : undefined)
  if (!union) return [schema]
  if (keywords.length > 1) throw new Error(`${path} is a union with further rules, which cannot be compared`)
  return union.flatMap((option) => splitUnion(option, path))
}

function compare(reader: JsonSchema, writer: JsonSchema, age: Age, path: string): string[] {
  const describe = (keyword: keyof JsonSchema) =>
    `${path} is written with ${keyword} ${show(writer[keyword])} and read with ${show(reader[keyword])}`
  const isAccepted = reader.type === undefined || reader.type === writer.type
  if (!isAccepted && !(reader.type === 'number' && writer.type === 'integer')) return [describe('type')]

  const faults = [
    ...equal.filter((keyword) => reader[keyword] !== undefined && show(reader[keyword]) !== show(writer[keyword])),
    ...lowerBounds.filter((keyword) => !isAtLeast(writer[keyword], reader[keyword])),
    ...upperBounds.filter((keyword) => !isAtMost(writer[keyword], reader[keyword])),
  ].map(describe)
  const values = valuesOf(reader)
  if (values) {
    const others = valuesOf(writer)?.filter((value) => !values.includes(value))
    if (!others) faults.push(`${path} is written with any value and read with ${show(values)} only`)
    else faults.push(...others.map((value) => `${path} may be ${show(value)}, which is not read`))
  }
  if (reader.items || writer.items) {
    faults.push(...findFaults(reader.items ?? {}, writer.items ?? {}, age, `${path}[]`))
  }
  return [...faults, ...compareFields(reader, writer, age, path)]
}

function compareFields(reader: JsonSchema, writer: JsonSchema, age: Age, path: string): string[] {
  const names = new Set([reader, writer].flatMap(({ properties = {} }) => Object.keys(properties)))
  // The last one stands for all the other names that a map may have.
  return [...names, '*'].flatMap((name) => {
    const at = path === '' ? name : `${path}.${name}`
    const read = fieldOf(reader, name)
    const written = fieldOf(writer, name)
    const isMissing = reader.required?.includes(name) && !writer.required?.includes(name)
    const faults = isMissing ? [`${at} may be missing, but is required where it is read`] : []
    if (!written) return faults
    if (read === false) return [`${at} is new, but unknown fields are refused where it is read`]
    if (!read) return age === 'present' ? [`${at} is gone`] : []
    return [...faults, ...findFaults(read, written, age, at)]
  })
}

const fieldOf = ({ properties = {}, additionalProperties }: JsonSchema, name: string) =>
  Object.hasOwn(properties, name) ? properties[name] : additionalProperties

const isAtLeast = (value = -Infinity, bound = -Infinity) => value >= bound
const isAtMost = (value = Infinity, bound = Infinity) => value <= bound
const valuesOf = (schema: JsonSchema) => ('const' in schema ? [schema.const] : schema.enum)
const show = (value: unknown) => (value === undefined ? 'none' : JSON.stringify(value))
