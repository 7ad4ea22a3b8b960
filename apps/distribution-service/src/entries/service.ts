import { appendToOutbox, type OutboxRow } from '@coursewire/messaging'
import { AppError, type Database, type Logger, type Moment, type Transaction } from '@coursewire/service-kit'
import { lockCourse } from '../courses/repository.ts'
import { type Plan, type Scheduled, takeScheduled, writeSchedule } from '../schedules/repository.ts'
import { claimSlug } from '../slugs/repository.ts'
import { buildSlug } from '../slugs/slug.ts'
import { freezeVersion, getVersion } from '../versions/repository.ts'
import { changeAll, withVariants } from './changes.ts'
import {
  assertPublishable,
  type Change,
  type Distribution,
  deriveContent,
  edit,
  editVariant,
  type FieldName,
  findChange,
  newDistribution,
  readContent,
  type Visibility,
} from './distribution.ts'
import { type Draft, type Edit, merge, resolveEdit, type Variant } from './edits.ts'
import {
  type Cause,
  tellCreated,
  tellDeleted,
  tellMicroNicheCreated,
  tellPublished,
  tellUnpublished,
  tellVersionBumped,
} from './events.ts'
import {
  deleteDistributions,
  getForUpdate,
  insertDistribution,
  lockVariants,
  updateDistribution,
} from './repository.ts'

/** Of a request that is not for what is there any more: it throws `precondition-failed`. */
export type Precondition = (current: Distribution) => void

export function createDistributionService(ctx: {
  db: Database
  logger: Logger
  now: () => Moment
  relay: { wake(): void }
  catalogue: { hold(): () => void }
}) {
  const { db, logger, now, relay, catalogue } = ctx

  /**
   * Commits, wakes the relay and logs, in this order; an answer without a message has changed nothing. The public's pages
   * are held meanwhile: what is hidden or removed is not shown any more from the moment it is committed.
   */
  async function commit<Answer>(
    cause: Cause,
    run: (
      tx: Transaction,
    ) => Promise<{ answer: Answer; about?: Pick<Distribution, 'id' | 'courseId'>; message?: string }>,
  ): Promise<Answer> {
    const release = catalogue.hold()
    const { answer, about, message } = await db.transaction(run).finally(release)
    if (message) {
      relay.wake()
      const fields = { distributionId: about?.id, courseId: about?.courseId, correlationId: cause.correlationId }
      logger.info(fields, message)
    }
    return answer
  }

  function create(draft: Draft, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const { courseId, title, language, slug, listed = true, protectedFields = [] } = draft
      const { description = '', targetGroup = [] } = draft
      const course = await lockCourse(tx, { tenantId: cause.tenantId, courseId })
      const byDefault = deriveContent({ title, description, language, targetGroup })
      const created = await insertDistribution(
        tx,
        {
          ...newDistribution(course, now()),
          ...byDefault,
          seo: merge(byDefault.seo, draft.seo),
          cta: merge(byDefault.cta, draft.cta),
          listed,
          protectedFields,
        },
        slug === undefined ? { like: buildSlug(title, courseId, language) } : { exact: slug },
      )
      await appendToOutbox(tx, [tellCreated(created, cause)])
      return { answer: created, about: created, message: 'Distribution created' }
    })
  }

  function change(id: string, given: Edit, isFresh: Precondition, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      isFresh(before)
      const after = await becomeWanted(tx, before, resolveEdit(before, given), cause)
      return { answer: after, about: after, ...(after !== before && { message: 'Distribution changed' }) }
    })
  }

  /** What a person wants of a locked distribution, and what follows from it for its variants. */
  async function becomeWanted(tx: Transaction, before: Distribution, wanted: Change, cause: Cause) {
    if (wanted.slug !== undefined) await claimSlug(tx, before, wanted.slug)
    const parent = before.derivedFrom === null ? null : await getForUpdate(tx, before.tenantId, before.derivedFrom)
    const edited = parent ? editVariant(before, parent, wanted) : edit(before, wanted)
    const all = await withVariants(tx, [{ before, wanted: edited, cause }])
    for (const { before, wanted } of all) {
      // What the public sees stays complete, and not too long for search.
      if (before.visibility === 'public' && findChange(before, wanted)) assertPublishable({ ...before, ...wanted })
    }
    return (await changeAll(tx, all, now())).get(before.id) ?? before
  }

  /** To the visibility it has already: nothing happens, nothing is told. What was planned is done with either way. */
  function changeVisibility(
    id: string,
    visibility: Visibility,
    tell: (changed: Distribution) => OutboxRow,
    cause: Cause,
    planned?: Pick<Scheduled, 'at'>,
  ): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      const wasPlanned = await takeScheduled(tx, { distributionId: id, visibility, ...planned })
      if (before.visibility === visibility || (planned && !wasPlanned)) return { answer: before }

      if (visibility === 'public') assertPublishable(before)
      const after = await updateDistribution(tx, id, { visibility }, now())
      await appendToOutbox(tx, [tell(after)])
      const message = visibility === 'public' ? 'Distribution published' : 'Distribution unpublished'
      return { answer: after, about: after, message }
    })
  }

  function publish(id: string, cause: Cause, planned?: Pick<Scheduled, 'at'>): Promise<Distribution> {
    return changeVisibility(id, 'public', (it) => tellPublished(it, cause), cause, planned)
  }

  function unpublish(id: string, reason: string, cause: Cause, planned?: Pick<Scheduled, 'at'>): Promise<Distribution> {
    return changeVisibility(id, 'private', (it) => tellUnpublished(it, reason, cause), cause, planned)
  }

  /** What was planned and is due, if it still is; caused by the request that planned it. */
  async function carryOut(due: Scheduled & { tenantId: string }): Promise<void> {
    const { distributionId: id, tenantId, correlationId, visibility, reason } = due
    const cause = { tenantId, correlationId, causationId: null }
    await (visibility === 'public' ? publish(id, cause, due) : unpublish(id, reason ?? 'scheduled', cause, due))
  }

  function schedule(id: string, plan: Plan, cause: Cause): Promise<Scheduled[]> {
    return commit(cause, async (tx) => {
      await getForUpdate(tx, cause.tenantId, id)
      const { correlationId } = cause
      return { answer: await writeSchedule(tx, id, plan, { correlationId, now: now() }) }
    })
  }

  function remove(
    id: string,
    options: { variants: 'keep' | 'delete' | undefined; deletedBy: string; isFresh: Precondition },
    cause: Cause,
  ): Promise<void> {
    return commit(cause, async (tx) => {
      const distribution = await getForUpdate(tx, cause.tenantId, id)
      options.isFresh(distribution)
      const variants = await lockVariants(tx, [distribution.id])
      if (variants.length > 0 && options.variants === undefined) {
        throw new AppError(
          'conflict',
          'distribution.has-variants',
          `It has ${variants.length} variants: say whether to ?variants=keep or ?variants=delete them`,
          { distributionId: id },
        )
      }
      const at = now()
      if (options.variants === 'keep') {
        const independent = { derivedFrom: null, protectedFields: [] as FieldName[] }
        await changeAll(
          tx,
          variants.map((before) => ({ before, wanted: independent, cause })),
          at,
        )
      }
      // Children first.
      const deleted = [...(options.variants === 'delete' ? variants : []), distribution]
      const moments = await deleteDistributions(
        tx,
        deleted.map((it) => it.id),
        at,
      )
      await appendToOutbox(
        tx,
        deleted.map((it) => tellDeleted(it, moments.get(it.id) ?? at, options.deletedBy, cause)),
      )
      return { answer: undefined, about: distribution, message: 'Distribution deleted' }
    })
  }

  function derive(parentId: string, variant: Variant, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const parent = await getForUpdate(tx, cause.tenantId, parentId)
      if (parent.derivedFrom !== null) {
        throw new AppError('conflict', 'variant.of-variant', 'A variant has no variants of its own', { parentId })
      }
      const { targetGroup, hasOwnCanonical = false, title, description, seo, cta, slug } = variant
      const [audience = ''] = targetGroup
      const child = await insertDistribution(
        tx,
        {
          ...newDistribution(parent, now()),
          ...readContent(parent),
          ...(title !== undefined && { title }),
          ...(description !== undefined && { description }),
          ...(seo && { seo: merge(parent.seo, seo) }),
          ...(cta && { cta: merge(parent.cta, cta) }),
          targetGroup,
          derivedFrom: parentId,
          hasOwnCanonical,
          protectedFields: [
            ...(title === undefined ? [] : (['title'] as const)),
            ...(description === undefined ? [] : (['description'] as const)),
            'targetGroup',
            ...(seo ? (['seo'] as const) : []),
            ...(cta ? (['cta'] as const) : []),
          ],
        },
        slug === undefined
          ? { like: buildSlug(`${parent.slug} ${audience}`, parent.courseId, parent.language) }
          : { exact: slug },
      )
      await appendToOutbox(tx, [tellCreated(child, cause), tellMicroNicheCreated(child, parent, cause)])
      return { answer: child, about: child, message: 'Variant created' }
    })
  }

  function bumpVersion(id: string, changelog: string, by: string, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      const after = await bump(tx, before, changelog, by, cause)
      return { answer: after, about: after, message: 'Version bumped' }
    })
  }

  /** Ends the version of a locked distribution and begins the next. */
  async function bump(tx: Transaction, before: Distribution, changelog: string, by: string, cause: Cause) {
    const after = await updateDistribution(tx, before.id, { version: before.version + 1 }, now())
    await freezeVersion(tx, before, { changelog, frozenAt: after.updatedAt, frozenBy: by })
    await appendToOutbox(tx, [tellVersionBumped(after, changelog, cause)])
    return after
  }

  function restore(
    id: string,
    version: number,
    by: string,
    isFresh: Precondition,
    cause: Cause,
  ): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      isFresh(before)
      const { content } = await getVersion(tx, id, version)
      const bumped = await bump(tx, before, `Restored v${version}`, by, cause)
      // The language of a variant is its parent's at any time.
      const { language } = before.derivedFrom === null ? content : before
      const after = await becomeWanted(tx, bumped, { ...content, language }, cause)
      return { answer: after, about: after, message: 'Version restored' }
    })
  }

  return {
    create,
    change,
    remove,
    derive,
    bumpVersion,
    restore,
    publish,
    unpublish,
    schedule,
    carryOut,
  }
}
