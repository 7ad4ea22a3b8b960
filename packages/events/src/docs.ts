/** Prints events.md, asyncapi.json or schemas.json, made from the definitions. */
import { readFileSync } from 'node:fs'
import type { z } from 'zod'
import { allEvents } from './all-events.ts'
import type { EventDefinition } from './define-event.ts'
import { buildAsyncApi, buildJsonSchemas, describeSchema, type JsonSchema } from './documents.ts'
import type { EventEnvelope } from './envelope.ts'
import { snsEnrollmentCompleted } from './index.ts'

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
  const { properties = {}, required = [] } = describeSchema(schema)
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

const readExample = (type: string): EventEnvelope<string, object> =>
  JSON.parse(readFileSync(new URL(`../fixtures/${type}.json`, import.meta.url), 'utf8'))

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
  ...allEvents.flatMap(describeEvent),
  '## SNS: EnrollmentCompleted',
  '',
  'Subject `Enrollment Completed`; message attributes `event_id`, `tenant_id`, `enrollment_id`, `activation`. Producer `enrollment`.',
  '',
  ...describeFields(snsEnrollmentCompleted),
].join('\n')

const toJson = (value: object) => JSON.stringify(value, null, 2)
const documents: Record<string, () => string> = {
  'events.md': () => page,
  'asyncapi.json': () => toJson(buildAsyncApi(allEvents, readExample)),
  'schemas.json': () => toJson(buildJsonSchemas(allEvents)),
}
console.log(documents[process.argv[2] ?? '']?.())
