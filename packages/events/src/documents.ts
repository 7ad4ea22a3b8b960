/** The contract as documents for other systems: JSON Schemas, and the AsyncAPI document that says who sends and who gets them. */
import { z } from 'zod'
import { courseGenerationCompleted } from './course-events.ts'
import type { EventDefinition } from './define-event.ts'
import { acceptedEnvelope, type EventEnvelope, SCHEMA_VERSION, writtenEnvelope } from './envelope.ts'
import { id, writtenMoment } from './fields.ts'
import { toKafkaRecord } from './kafka-record.ts'

type Value = string | number | boolean | null

/** The JSON Schema that zod writes for our definitions. `x-checks` counts the rules that JSON Schema cannot express, such as "not in the future". */
export interface JsonSchema {
  $id?: string
  title?: string
  description?: string
  examples?: unknown[]
  type?: string | string[]
  enum?: Value[]
  const?: Value
  anyOf?: JsonSchema[]
  allOf?: JsonSchema[]
  format?: string
  pattern?: string
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  propertyNames?: JsonSchema
  additionalProperties?: JsonSchema | false
  'x-checks'?: number
}

/** A bundle as JSON Schema 2020-12 defines it: each schema has a URL of its own. */
export interface JsonSchemas {
  $schema: string
  $id: string
  $defs: Record<string, JsonSchema>
}

interface Reference {
  $ref: string
}

export interface AsyncApi {
  asyncapi: string
  id: string
  info: { title: string; version: string; description: string }
  defaultContentType: string
  channels: Record<string, { address: string; messages: Record<string, Reference> }>
  operations: Record<string, { action: 'send' | 'receive'; title: string; channel: Reference; messages: Reference[] }>
  components: {
    messages: Record<
      string,
      {
        name: string
        title: string
        traits: Reference[]
        payload: Reference
        bindings: { kafka: { key: JsonSchema; bindingVersion: string } }
        examples: { headers: Record<string, string>; payload: EventEnvelope }[]
      }
    >
    messageTraits: Record<'record', { contentType: string; correlationId: { location: string }; headers: JsonSchema }>
  }
}

/** Where the schemas are said to be. It is a name, like that of an XML namespace, and never changes. */
const BASE = 'https://coursewire.example/schemas'

/** CourseFactory is not ours: what it sends is as we accept it, and everything else as we write it. */
const outsideProducer = courseGenerationCompleted.producer

const headers = z.object({
  ce_specversion: z.literal('1.0'),
  ce_id: id,
  ce_type: z.string(),
  ce_source: z.string(),
  ce_time: writtenMoment,
  ce_tenantid: id,
  ce_correlationid: id,
  ce_causationid: id.optional(),
  traceparent: z.string().optional(),
  'content-type': z.literal('application/json'),
})

/** Returns the schema of what a reader accepts. It is also what a writer writes, because no definition has a default or a transform. */
export function describeSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, {
    io: 'input',
    override: ({ zodSchema, jsonSchema }) => {
      const checks = zodSchema._zod.def.checks?.filter((check) => check._zod.def.check === 'custom').length
      if (checks) jsonSchema['x-checks'] = checks
    },
  })
  return described as JsonSchema
}

/** The name of an event with the version of its topic, because an incompatible event gets a topic of its own. */
const nameOf = ({ type, topic }: EventDefinition) => `${type}.${topic.split('.').at(-1)}`

function describeEvent({ type, producer, payload }: EventDefinition): JsonSchema {
  const { meta } = writtenEnvelope.shape
  const written = {
    ...writtenEnvelope.shape,
    meta: meta.extend({ producer: z.literal(producer), source_module: z.literal(producer) }),
    target: z.null(),
  }
  const envelope = producer === outsideProducer ? acceptedEnvelope.shape : written
  return describeSchema(
    z.object({
      id: envelope.id,
      type: z.literal(type),
      timestamp: envelope.timestamp,
      payload,
      meta: envelope.meta,
      target: envelope.target,
    }),
  )
}

/** Builds schemas.json: a schema of the whole envelope for each event. */
export function buildJsonSchemas(events: readonly EventDefinition[]): JsonSchemas {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${BASE}/schemas.json`,
    $defs: Object.fromEntries(
      events.map((event) => [
        nameOf(event),
        { $id: `${BASE}/${nameOf(event)}.json`, title: event.type, ...describeEvent(event) },
      ]),
    ),
  }
}

/** Builds asyncapi.json, which refers to schemas.json beside it. Each event has its golden example. */
export function buildAsyncApi(
  events: readonly EventDefinition[],
  exampleOf: (type: string) => EventEnvelope<string, object>,
): AsyncApi {
  const topics = [...new Set(events.map((event) => event.topic))]
  return {
    asyncapi: '3.0.0',
    id: 'urn:coursewire:events',
    info: {
      title: 'Coursewire events',
      version: SCHEMA_VERSION,
      description:
        'Generated from packages/events. Ignore unknown fields: optional ones are added at any time. The topics are on the Kafka brokers of ' +
        'the installation. audit-log gets every event; the listeners named here use it.',
    },
    defaultContentType: 'application/json',
    channels: Object.fromEntries(
      topics.map((topic) => [
        topic,
        {
          address: topic,
          messages: Object.fromEntries(
            events
              .filter((event) => event.topic === topic)
              .map((event) => [nameOf(event), { $ref: `#/components/messages/${nameOf(event)}` }]),
          ),
        },
      ]),
    ),
    operations: Object.fromEntries(topics.flatMap((topic) => describeOperations(events, topic))),
    components: {
      messages: Object.fromEntries(
        events.map((event) => [nameOf(event), describeMessage(event, exampleOf(event.type))]),
      ),
      messageTraits: {
        record: {
          contentType: 'application/json',
          correlationId: { location: '$message.payload#/meta/correlation_id' },
          headers: describeSchema(headers),
        },
      },
    },
  }
}

function describeOperations(events: readonly EventDefinition[], topic: string) {
  const here = events.filter((event) => event.topic === topic)
  const describe = (action: 'send' | 'receive', who: string, which: EventDefinition[]) => {
    const messages = which.map((event) => ({ $ref: `#/channels/${topic}/messages/${nameOf(event)}` }))
    const key = `${who.toLowerCase().replaceAll(/\W+/g, '-')}.${action}.${topic}`
    return [key, { action, title: who, channel: { $ref: `#/channels/${topic}` }, messages }] as const
  }
  const producers = new Set(here.map((event) => event.producer))
  const listeners = new Set(here.flatMap((event) => event.listeners))
  return [
    ...[...producers].map((who) =>
      describe(
        'send',
        who,
        here.filter((event) => event.producer === who),
      ),
    ),
    ...[...listeners].map((who) =>
      describe(
        'receive',
        who,
        here.filter((event) => event.listeners.includes(who)),
      ),
    ),
  ]
}

function describeMessage(event: EventDefinition, example: EventEnvelope<string, object>) {
  const key = describeSchema(event.payload).properties?.[event.key]
  return {
    name: event.type,
    title: event.type,
    traits: [{ $ref: '#/components/messageTraits/record' }],
    payload: { $ref: `schemas.json#/$defs/${nameOf(event)}` },
    bindings: { kafka: { key: { ...key, title: event.key }, bindingVersion: '0.5.0' } },
    examples: [{ headers: Object.fromEntries(toKafkaRecord(event, example).headers), payload: example }],
  }
}
