import { randomUUID } from 'node:crypto'
import {
  distributionCreated,
  distributionDeleted,
  distributionEnrollmentClicked,
  distributionMicroNicheCreated,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
  distributionVersionBumped,
  distributionViewed,
  type EventDefinition,
  type EventMeta,
  EventTooLargeError,
} from '@coursewire/events'
import { type OutboxRow, toKafkaRow } from '@coursewire/messaging'
import { AppError } from '@coursewire/service-kit'
import type { z } from 'zod'
import type { Clicked, Viewed } from '../counts/repository.ts'
import { renameKeys, toSnakeCase } from '../names.ts'
import type { Change, Distribution } from './distribution.ts'

/** What a change came from: a request or another event. */
export type Cause = EventMeta & { traceparent?: string | undefined }

export function tellCreated(distribution: Distribution, cause: Cause): OutboxRow {
  const { createdAt } = distribution
  return tell(distributionCreated, cause, createdAt, {
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
  })
}

/** The value of a field as events write it. */
function readValue(distribution: Distribution, field: keyof Change): unknown {
  if (field === 'protectedFields') return distribution.protectedFields.map(toSnakeCase)
  return renameKeys(distribution[field], toSnakeCase)
}

/** Names the fields of `change`, as they were in `before` and are in `after`. */
export function tellUpdated(before: Distribution, after: Distribution, change: Change, cause: Cause): OutboxRow {
  const fields = Object.keys(change) as (keyof Change)[]
  const readValues = (distribution: Distribution) =>
    Object.fromEntries(fields.map((field) => [toSnakeCase(field), readValue(distribution, field)]))
  const payload = {
    distribution_id: after.id,
    updated_fields: fields.map(toSnakeCase),
    new_values: readValues(after),
    updated_at: after.updatedAt,
  }
  try {
    return tell(distributionUpdated, cause, after.updatedAt, { ...payload, old_values: readValues(before) })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // Values from before there were limits may be too large for an event, and it must still be possible to mend them.
    return tell(distributionUpdated, cause, after.updatedAt, { ...payload, old_values: {} })
  }
}

export function tellPublished(distribution: Distribution, cause: Cause): OutboxRow {
  return tell(distributionPublished, cause, distribution.updatedAt, {
    distribution_id: distribution.id,
    slug: distribution.slug,
    course_id: distribution.courseId,
    title: distribution.title,
    language: distribution.language,
    target_group: distribution.targetGroup,
    seo: readValue(distribution, 'seo') as z.input<typeof distributionPublished.payload>['seo'],
    published_at: distribution.updatedAt,
  })
}

export function tellUnpublished({ id, slug, updatedAt }: Distribution, reason: string, cause: Cause): OutboxRow {
  return tell(distributionUnpublished, cause, updatedAt, {
    distribution_id: id,
    slug,
    unpublished_at: updatedAt,
    reason,
  })
}

export function tellDeleted(distribution: Distribution, deletedAt: string, deletedBy: string, cause: Cause): OutboxRow {
  return tell(distributionDeleted, cause, deletedAt, {
    distribution_id: distribution.id,
    slug: distribution.slug,
    course_id: distribution.courseId,
    deleted_at: deletedAt,
    deleted_by: deletedBy,
  })
}

export function tellMicroNicheCreated(child: Distribution, parent: Distribution, cause: Cause): OutboxRow {
  return tell(distributionMicroNicheCreated, cause, child.createdAt, {
    child_distribution_id: child.id,
    parent_distribution_id: parent.id,
    parent_slug: parent.slug,
    child_slug: child.slug,
    target_group_override: child.targetGroup,
    title_override: child.protectedFields.includes('title') ? child.title : null,
    created_at: child.createdAt,
  })
}

/** To the version of `distribution` from the one before. */
export function tellVersionBumped(distribution: Distribution, changelog: string, cause: Cause): OutboxRow {
  const { id, slug, version, updatedAt } = distribution
  return tell(distributionVersionBumped, cause, updatedAt, {
    distribution_id: id,
    slug,
    old_version: `v${version - 1}`,
    new_version: `v${version}`,
    bumped_at: updatedAt,
    changelog,
  })
}

export function tellViewed({ id, slug, views, referrerCategory }: Viewed, at: string, cause: Cause): OutboxRow {
  return tell(distributionViewed, cause, at, {
    distribution_id: id,
    slug,
    view_count: views,
    viewed_at: at,
    referrer_category: referrerCategory,
  })
}

export function tellEnrollmentClicked({ id, slug, clicks, ctaType }: Clicked, at: string, cause: Cause): OutboxRow {
  return tell(distributionEnrollmentClicked, cause, at, {
    distribution_id: id,
    slug,
    enrollment_count: clicks,
    clicked_at: at,
    cta_type: ctaType,
  })
}

function tell<Type extends string, Payload extends z.ZodObject>(
  definition: EventDefinition<Type, Payload>,
  cause: Cause,
  at: string,
  payload: z.input<Payload>,
): OutboxRow {
  const event = definition.build(payload, cause, { id: randomUUID(), at })
  try {
    return toKafkaRow(definition, event, { traceparent: cause.traceparent })
  } catch (cause) {
    if (!(cause instanceof EventTooLargeError)) throw cause
    // A fact too large to tell does not happen; trying again would not make it smaller.
    throw new AppError('invalid', 'event.too-large', cause.message, { type: event.type }, { cause })
  }
}
