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
import { type FieldName, fieldNames } from './content.ts'
import { type Change, changeableFields, type Distribution } from './distribution.ts'

/** The cause of a change: a request or another event. */
export type Cause = EventMeta & { traceparent?: string | undefined }

export function buildCreated(distribution: Distribution, cause: Cause): OutboxRow {
  return buildRow(distributionCreated, cause, distribution.createdAt, {
    ...carriedContent(distributionCreated, distribution),
    ...named(distribution),
    course_id: distribution.courseId,
    visibility: distribution.visibility,
    ...(!distribution.listed && { listed: false }),
    version: `v${distribution.version}`,
    derived_from: distribution.derivedFrom,
    created_at: distribution.createdAt,
  })
}

/** Names the fields of `change`, as they were in `before` and are in `after`. */
export function buildUpdated(before: Distribution, after: Distribution, change: Change, cause: Cause): OutboxRow {
  const fields = changeableFields.filter((field) => field in change)
  const readValues = (distribution: Distribution) =>
    Object.fromEntries(fields.map((field) => [toSnakeCase(field), readValue(distribution, field)]))
  const payload = {
    distribution_id: after.id,
    course_id: after.courseId,
    updated_fields: fields.map(toSnakeCase),
    new_values: readValues(after),
    updated_at: after.updatedAt,
  }
  try {
    return buildRow(distributionUpdated, cause, after.updatedAt, { ...payload, old_values: readValues(before) })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    // Values from before there were limits may be too large for an event, and it must still be possible to mend them.
    return buildRow(distributionUpdated, cause, after.updatedAt, { ...payload, old_values: {} })
  }
}

export function buildPublished(distribution: Distribution, cause: Cause): OutboxRow {
  return buildRow(distributionPublished, cause, distribution.updatedAt, {
    ...carriedContent(distributionPublished, distribution),
    ...named(distribution),
    course_id: distribution.courseId,
    published_at: distribution.updatedAt,
  })
}

export function buildUnpublished(distribution: Distribution, reason: string, cause: Cause): OutboxRow {
  const { updatedAt } = distribution
  return buildRow(distributionUnpublished, cause, updatedAt, {
    ...named(distribution),
    unpublished_at: updatedAt,
    reason,
  })
}

export function buildDeleted(distribution: Distribution, at: string, deletedBy: string, cause: Cause): OutboxRow {
  return buildRow(distributionDeleted, cause, at, {
    ...named(distribution),
    course_id: distribution.courseId,
    deleted_at: at,
    deleted_by: deletedBy,
  })
}

export function buildMicroNicheCreated(variant: Distribution, parent: Distribution, cause: Cause): OutboxRow {
  return buildRow(distributionMicroNicheCreated, cause, variant.createdAt, {
    child_distribution_id: variant.id,
    parent_distribution_id: parent.id,
    parent_slug: parent.slug,
    child_slug: variant.slug,
    target_group_override: variant.targetGroup,
    title_override: variant.protectedFields.includes('title') ? variant.title : null,
    created_at: variant.createdAt,
  })
}

/** `distribution` has its new version already. */
export function buildVersionBumped(distribution: Distribution, changelog: string, cause: Cause): OutboxRow {
  const { version, updatedAt } = distribution
  return buildRow(distributionVersionBumped, cause, updatedAt, {
    ...named(distribution),
    old_version: `v${version - 1}`,
    new_version: `v${version}`,
    bumped_at: updatedAt,
    changelog,
  })
}

export function buildViewed(viewed: Viewed, at: string, cause: Cause): OutboxRow {
  return buildRow(distributionViewed, cause, at, {
    ...named(viewed),
    view_count: viewed.views,
    viewed_at: at,
    referrer_category: viewed.referrerCategory,
    referrer_view_count: viewed.referrerViews,
    ...(viewed.ctaType !== null && { cta_type: viewed.ctaType, cta_view_count: viewed.ctaViews }),
  })
}

export function buildEnrollmentClicked(clicked: Clicked, at: string, cause: Cause): OutboxRow {
  return buildRow(distributionEnrollmentClicked, cause, at, {
    ...named(clicked),
    enrollment_count: clicked.clicks,
    clicked_at: at,
    cta_type: clicked.ctaType,
    ...(clicked.ctaClicks !== null && { cta_enrollment_count: clicked.ctaClicks }),
  })
}

const named = ({ id, slug }: Pick<Distribution, 'id' | 'slug'>) => ({ distribution_id: id, slug })

/** The value of a field as events write it. */
function readValue(distribution: Distribution, field: keyof Change): unknown {
  if (field === 'protectedFields') return distribution.protectedFields.map(toSnakeCase)
  return renameKeys(distribution[field], toSnakeCase)
}

/** The content that an event carries: the fields that its payload names, without those that have no value. */
function carriedContent<Payload extends z.ZodObject>({ payload }: { payload: Payload }, distribution: Distribution) {
  const names = fieldNames.filter((name) => toSnakeCase(name) in payload.shape && distribution[name] !== null)
  return Object.fromEntries(names.map((name) => [toSnakeCase(name), readValue(distribution, name)])) as Pick<
    z.input<Payload>,
    keyof z.input<Payload> & ReturnType<typeof toSnakeCase<FieldName>>
  >
}

function buildRow<Type extends string, Payload extends z.ZodObject>(
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
    // A change whose event is too large is refused: trying again would not make it smaller.
    throw new AppError('invalid', 'event.too-large', cause.message, { type: event.type }, { cause })
  }
}
