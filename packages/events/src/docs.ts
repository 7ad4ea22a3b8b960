/** Prints events.md, made from the definitions. */
import { z } from 'zod'
import type { EventDefinition } from './define-event.ts'
import * as contract from './index.ts'
import { snsEnrollmentCompleted } from './index.ts'

interface JsonSchema {
  title?: string
  type?: string | string[]
  enum?: string[]
  const?: string
  items?: JsonSchema
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
}

function describeType(schema: JsonSchema): string {
  if (schema.title) return schema.title
  if (schema.anyOf) return schema.anyOf.map(describeType).join(' or ')
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ')
  if (schema.type === 'array') return `list of ${describeType(schema.items ?? {})}`
  if (schema.properties) {
    const required = new Set(schema.required)
    return `{ ${Object.keys(schema.properties)
      .map((name) => (required.has(name) ? name : `${name}?`))
      .join(', ')} }`
  }
  return [schema.type ?? 'any'].flat().join(' or ')
}

function describeFields(schema: z.ZodObject): string[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema) as JsonSchema
  return [
    '| field | type | |',
    '| --- | --- | --- |',
    ...Object.entries(properties).map(
      ([name, field]) => `| \`${name}\` | ${describeType(field)} | ${required.includes(name) ? '' : 'optional'} |`,
    ),
  ]
}

function describeEvent(event: EventDefinition): string[] {
  return [
    `## ${event.type}`,
    '',
    `Topic \`${event.topic}\`, key \`${event.key}\`, producer \`${event.producer}\`. Listeners: ${event.listeners.join(', ')}.`,
    '',
    ...describeFields(event.payload),
    '',
  ]
}

const isEvent = (value: unknown): value is EventDefinition =>
  typeof value === 'object' && value !== null && 'build' in value && 'topic' in value

const page = [
  '# Events',
  '',
  'Generated from the definitions in this package by `pnpm run docs`; do not edit. [README.md](README.md) describes the',
  'envelope, the headers, and the rules for reading and writing. Moments are ISO 8601. Besides the listeners that are named,',
  'audit-log stores every event. Analytics and Parent Course Stats are apps/insights.',
  '',
  ...Object.values<unknown>(contract).filter(isEvent).flatMap(describeEvent),
  '## SNS: EnrollmentCompleted',
  '',
  'Subject `Enrollment Completed`; message attributes `event_id`, `tenant_id`, `enrollment_id`, `activation`. Producer `enrollment`.',
  '',
  ...describeFields(snsEnrollmentCompleted),
].join('\n')

console.log(page)
