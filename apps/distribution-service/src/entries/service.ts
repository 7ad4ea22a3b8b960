import { appendToOutbox, type OutboxRow } from '@coursewire/messaging'
import { AppError, type Moment } from '@coursewire/service-kit'
import { lockCourse } from '../courses/repository.ts'
import { type Scheduled, takeScheduled } from '../schedules/repository.ts'
import { buildSlug } from '../slugs/slug.ts'
import { changeAll, changeByEdit } from './changes.ts'
import type { Commit } from './commit.ts'
import { applyGiven, type Content, deriveContent, type FieldName } from './content.ts'
import {
  type AssertFresh,
  assertPublishable,
  type Distribution,
  type Edit,
  findChange,
  newDistribution,
  resolveEdit,
  type Visibility,
} from './distribution.ts'
import { buildCreated, buildDeleted, buildPublished, buildUnpublished, type Cause } from './events.ts'
import {
  deleteDistributions,
  getForUpdate,
  insertDistribution,
  lockVariants,
  updateDistribution,
} from './repository.ts'

/** A new entry as an editor makes it by hand. */
type GivenEntry = Edit & Pick<Content, 'title' | 'language'> & { courseId: string }
export type EntryService = ReturnType<typeof createEntryService>

export function createEntryService({ commit, now }: { commit: Commit; now: () => Moment }) {
  function create(given: GivenEntry, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const { courseId, title, language, description = '', targetGroup = [] } = given
      const { slug, listed = true, protectedFields = [] } = given
      const course = await lockCourse(tx, { tenantId: cause.tenantId, courseId })
      const byDefault = deriveContent({ title, description, language, targetGroup })
      const created = await insertDistribution(
        tx,
        { ...newDistribution(course, now()), ...byDefault, ...applyGiven(byDefault, given), listed, protectedFields },
        slug === undefined ? { like: buildSlug(title, courseId, language) } : { exact: slug },
      )
      await appendToOutbox(tx, [buildCreated(created, cause)])
      return { answer: created, about: created, message: 'Distribution created' }
    })
  }

  function change(id: string, given: Edit, assertFresh: AssertFresh, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      assertFresh(before)
      const after = await changeByEdit(tx, before, resolveEdit(before, given), { cause, at: now() })
      return { answer: after, about: after, ...(after !== before && { message: 'Distribution changed' }) }
    })
  }

  /** If the distribution already has the visibility, this only removes the plan for it. */
  function changeVisibility(
    id: string,
    visibility: Visibility,
    buildEvent: (changed: Distribution) => OutboxRow,
    cause: Cause,
    planned?: Pick<Scheduled, 'at'>,
  ): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const before = await getForUpdate(tx, cause.tenantId, id)
      const wasPlanned = await takeScheduled(tx, { distributionId: id, visibility, ...planned })
      if (before.visibility === visibility || (planned && !wasPlanned)) return { answer: before }

      if (visibility === 'public') assertPublishable(before)
      const after = await updateDistribution(tx, id, { visibility }, now())
      await appendToOutbox(tx, [buildEvent(after)])
      const message = visibility === 'public' ? 'Distribution published' : 'Distribution unpublished'
      return { answer: after, about: after, message }
    })
  }

  function publish(id: string, cause: Cause, planned?: Pick<Scheduled, 'at'>): Promise<Distribution> {
    return changeVisibility(id, 'public', (changed) => buildPublished(changed, cause), cause, planned)
  }

  function unpublish(id: string, reason: string, cause: Cause, planned?: Pick<Scheduled, 'at'>): Promise<Distribution> {
    return changeVisibility(id, 'private', (changed) => buildUnpublished(changed, reason, cause), cause, planned)
  }

  function remove(
    id: string,
    options: { variants: 'keep' | 'delete' | undefined; deletedBy: string; assertFresh: AssertFresh },
    cause: Cause,
  ): Promise<void> {
    return commit(cause, async (tx) => {
      const distribution = await getForUpdate(tx, cause.tenantId, id)
      options.assertFresh(distribution)
      const variants = await lockVariants(tx, [distribution.id])
      if (variants.length > 0 && options.variants === undefined) {
        const message = `The distribution has ${variants.length} variants: add ?variants=keep or ?variants=delete`
        throw new AppError('conflict', 'distribution.has-variants', message, { distributionId: id })
      }
      const at = now()
      if (options.variants === 'keep') {
        const independent = { derivedFrom: null, protectedFields: [] as FieldName[] }
        const planned = variants.map((before) => ({ before, change: findChange(before, independent), cause }))
        await changeAll(tx, planned, at)
      }
      // Children first.
      const deleted = [...(options.variants === 'delete' ? variants : []), distribution]
      const ids = deleted.map((gone) => gone.id)
      const moments = await deleteDistributions(tx, ids, at)
      const events = deleted.map((gone) => buildDeleted(gone, moments.get(gone.id) ?? at, options.deletedBy, cause))
      await appendToOutbox(tx, events)
      return { answer: undefined, about: distribution, message: 'Distribution deleted' }
    })
  }

  return { create, change, remove, publish, unpublish }
}
