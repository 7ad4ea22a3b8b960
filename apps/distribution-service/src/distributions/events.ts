import { randomUUID } from 'node:crypto'
import {
  distributionCreated,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
  type EventDefinition,
  type EventEnvelope,
  type EventMeta,
  EventTooLargeError,
} from '@coursewire/events'
import { type OutboxRow, toKafkaRow } from '@coursewire/messaging'
import { AppError } from '@coursewire/service-kit'
import type { Change, Distribution } from './distribution.ts'

/** What a change came from: a request or another event. */
export type Cause = EventMeta & { traceparent?: string | undefined }

const fieldNames: Record<keyof Change, string> = {
  title: 'title',
  description: 'description',
  language: 'language',
  targetGroup: 'target_group',
  seo: 'seo',
  cta: 'cta',
  stagingUrl: 'staging_url',
  stagingDeployedAt: 'staging_deployed_at',
}

export function tellCreated(distribution: Distribution, cause: Cause): OutboxRow {
  const { createdAt } = distribution
  const event = distributionCreated.build(
    {
      distribution_id: distribution.id,
      course_id: distribution.courseId,
      slug: distribution.slug,
      language: distribution.language,
      title: distribution.title,
      target_group: distribution.targetGroup,
      visibility: distribution.visibility,
      version: `v${distribution.version}`,
      derived_from: distribution.derivedFrom,
      created_at: createdAt,
    },
    cause,
    { id: randomUUID(), at: createdAt },
  )
  return toRow(distributionCreated, event, cause)
}

/** Names the fields of `change`, as they were in `before` and are in `after`. */
export function tellUpdated(before: Distribution, after: Distribution, change: Change, cause: Cause): OutboxRow {
  const fields = Object.keys(change) as (keyof Change)[]
  const readValues = (distribution: Distribution) =>
    Object.fromEntries(fields.map((field) => [fieldNames[field], distribution[field]]))
  const event = distributionUpdated.build(
    {
      distribution_id: after.id,
      updated_fields: fields.map((field) => fieldNames[field]),
      old_values: readValues(before),
      new_values: readValues(after),
      updated_at: after.updatedAt,
    },
    cause,
    { id: randomUUID(), at: after.updatedAt },
  )
  return toRow(distributionUpdated, event, cause)
}

export function tellPublished(distribution: Distribution, cause: Cause): OutboxRow {
  const { updatedAt } = distribution
  const event = distributionPublished.build(
    {
      distribution_id: distribution.id,
      slug: distribution.slug,
      course_id: distribution.courseId,
      title: distribution.title,
      language: distribution.language,
      target_group: distribution.targetGroup,
      seo: distribution.seo,
      published_at: updatedAt,
    },
    cause,
    { id: randomUUID(), at: updatedAt },
  )
  return toRow(distributionPublished, event, cause)
}

export function tellUnpublished({ id, slug, updatedAt }: Distribution, reason: string, cause: Cause): OutboxRow {
  const event = distributionUnpublished.build({ distribution_id: id, slug, unpublished_at: updatedAt, reason }, cause, {
    id: randomUUID(),
    at: updatedAt,
  })
  return toRow(distributionUnpublished, event, cause)
}

function toRow(
  definition: Pick<EventDefinition, 'topic' | 'key'>,
  event: EventEnvelope<string, object>,
  { traceparent }: Cause,
): OutboxRow {
  try {
    return toKafkaRow(definition, event, { traceparent })
  } catch (cause) {
    if (!(cause instanceof EventTooLargeError)) throw cause
    // A fact too large to tell does not happen; trying again would not make it smaller.
    throw new AppError('invalid', 'event.too-large', cause.message, { type: event.type }, { cause })
  }
}
