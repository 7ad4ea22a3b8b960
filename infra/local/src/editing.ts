import { randomBytes } from 'node:crypto'
import { distributionCreated } from '@coursewire/events'
import { type KafkaSource, publishRecords, watchTopic } from '@coursewire/messaging'
import { waitFor } from '@coursewire/servers'
import { buildGeneration, type Editor, firstCourse } from '@coursewire/setup'
import type { Step } from './journey.ts'
import type { Product } from './stack.ts'

type Told = { type: string; payload: Record<string, unknown> }
type Entry = { id: string; updatedAt: string }

/** The fields of each event that are worth showing. */
const shown: Record<string, string[]> = {
  'distribution.created': ['slug', 'version', 'derived_from'],
  'distribution.updated': ['updated_fields'],
  'distribution.published': ['slug', 'published_at'],
  'distribution.micro_niche_created': ['child_slug', 'target_group_override'],
  'distribution.version_bumped': ['old_version', 'new_version', 'changelog'],
  'distribution.unpublished': ['reason'],
  'distribution.deleted': ['slug', 'deleted_by'],
}

/**
 * Plays an editor who works on a generated course, call by call. Yields each event once it has been read from Kafka. The course is deleted
 * at the end.
 */
export async function* editCourse({ kafkaClient, urls }: Product, editor: Editor): AsyncGenerator<Step> {
  const records: KafkaSource[] = []
  const watcher = await watchTopic(kafkaClient, distributionCreated.topic, (record) => records.push(record))
  const course = {
    ...firstCourse,
    course_id: `edited-${randomBytes(4).toString('hex')}`,
    title: 'Moos: die kleine Schule',
  }

  /** Waits for the event of this type about the entry or the course. */
  async function* tell(type: string, about: string): AsyncGenerator<Step, Told> {
    const found = await waitFor(
      () => {
        for (const record of records) {
          const event = JSON.parse(String(record.value)) as Told
          if (event.type === type && JSON.stringify(event.payload).includes(`"${about}"`)) return { record, event }
        }
        return null
      },
      { timeoutMs: 60_000, message: `${type} on Kafka` },
    )
    const { partition, offset } = found.record
    const details = shown[type]?.map((field) => `${field} ${JSON.stringify(found.event.payload[field])}`).join(', ')
    yield { name: type, details: `partition ${partition}, offset ${offset}: ${details}` }
    return found.event
  }

  /** Waits until everybody, or nobody any more, can read in the changelog what is new. */
  async function* readChangelog(slug: string, isPublic: boolean): AsyncGenerator<Step> {
    const url = `${urls.web}/api/changelogs/${slug}`
    const details = await waitFor(
      async () => {
        const answer = await fetch(url)
        if (!isPublic) return answer.status === 404 && '404, as the course is private'
        const { items } = (await answer.json()) as { items?: { version: string; changelog: string }[] }
        return items?.[0] && `${items[0].version}: ${items[0].changelog}`
      },
      { timeoutMs: 60_000, message: `the changelog of ${slug}` },
    )
    yield { name: 'changelog', details: `${url} ${details}` }
  }

  try {
    await publishRecords(kafkaClient, [buildGeneration(course)])
    const { payload } = yield* tell('distribution.created', course.course_id)
    const id = String(payload['distribution_id'])
    const slug = String(payload['slug'])
    const url = `${urls.distributionService}/api/distributions/${id}`
    const { updatedAt } = await editor.call<Entry>(url)

    const change = { title: 'Moos: die große Schule', seo: { metaKeywords: ['moos', 'garten'] } }
    await editor.call(url, { method: 'PATCH', body: change, ifMatch: `"${updatedAt}"` })
    yield* tell('distribution.updated', id)
    await editor.call(`${url}/publish`, { body: {} })
    yield* tell('distribution.published', id)
    await editor.call<Entry>(`${url}/micro-niches`, { body: { targetGroup: ['balconies'] } })
    yield* tell('distribution.micro_niche_created', id)
    await editor.call(`${url}/versions`, { body: { changelog: 'A lesson on peat' } })
    yield* tell('distribution.version_bumped', id)
    yield* readChangelog(slug, true)
    await editor.call(`${url}/unpublish`, { body: { reason: 'shown' } })
    yield* tell('distribution.unpublished', id)
    yield* readChangelog(slug, false)
    await editor.call(`${url}?variants=delete`, { method: 'DELETE', ifMatch: '*' })
    yield* tell('distribution.deleted', id)
  } finally {
    await watcher.close()
  }
}
