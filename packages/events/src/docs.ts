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
  'envelope, the headers, and the rules for reading and writing. Moments are ISO 8601.',
  '',
  '## Listeners',
  '',
  'audit-log stores every event. These are named where they use one:',
  '',
  '| listener | is |',
  '| --- | --- |',
  '| Analytics, Parent Course Stats | apps/insights: reports, for a course with its variants; for some events only systems outside |',
  '| Recommendation Engine, A/B Testing | apps/insights: what others have chosen, and which call to action wins |',
  '| Audit Log, Changelog | apps/audit-log: the record of what happened, and what is new in public courses |',
  '| Cache Invalidation, SEO Indexer | apps/web: it drops pages, tells search engines by IndexNow, and builds its sitemap anew |',
  '| Marketing, Notification | apps/email-worker: mails to those who want news, and to those who have the course |',
  '| enrollment-api | knows from it which courses are open |',
  '| distribution-service | makes entries of the catalogue from it |',
  '| email-worker | writes a mail, or withdraws what it knows of somebody |',
  '',
  ...Object.values<unknown>(contract).filter(isEvent).flatMap(describeEvent),
  '## SNS: EnrollmentCompleted',
  '',
  'Subject `Enrollment Completed`; message attributes `event_id`, `tenant_id`, `enrollment_id`, `activation`. Producer `enrollment`.',
  '',
  ...describeFields(snsEnrollmentCompleted),
].join('\n')

console.log(page)
