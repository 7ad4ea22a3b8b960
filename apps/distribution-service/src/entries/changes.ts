import { appendToOutbox } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { claimSlug } from '../slugs/repository.ts'
import { editVariant, followed } from '../variants/variant.ts'
import { assertPublishable, type Change, type Distribution, edit, findChange, isEmpty } from './distribution.ts'
import { buildUpdated, type Cause } from './events.ts'
import { getForUpdate, lockVariants, updateDistributions } from './repository.ts'

/** A locked distribution, what changes in it, and why. */
type Planned = { before: Distribution; change: Change; cause: Cause }

/** Makes the changes, with an event for each distribution that changes, in their order. Returns the changed ones by id. */
export async function changeAll(tx: Transaction, planned: Planned[], at: string): Promise<Map<string, Distribution>> {
  const changes = planned.filter(({ change }) => !isEmpty(change))
  const byId = changes.map(({ before: { id }, change }) => ({ id, change }))
  const changed = await updateDistributions(tx, byId, at)
  const events = changes.map(({ before, change, cause }) =>
    buildUpdated(before, changed.get(before.id) ?? before, change, cause),
  )
  await appendToOutbox(tx, events)
  return changed
}

/** The planned changes, and those of the variants that follow. */
export async function withVariants(tx: Transaction, planned: Planned[]): Promise<Planned[]> {
  const changedParents = planned.filter(({ before, change }) => before.derivedFrom === null && !isEmpty(change))
  const parents = new Map(changedParents.map((parent) => [parent.before.id, parent]))
  const variants = await lockVariants(tx, [...parents.keys()])
  const following = variants.flatMap((before) => {
    const parent = parents.get(before.derivedFrom ?? '')
    return parent ? [{ before, change: findChange(before, followed(before, parent.change)), cause: parent.cause }] : []
  })
  return [...planned, ...following]
}

/** Applies a person's edit to a locked distribution, and lets its variants follow. */
export async function changeByEdit(
  tx: Transaction,
  before: Distribution,
  wanted: Change,
  { cause, at }: { cause: Cause; at: string },
): Promise<Distribution> {
  if (wanted.slug !== undefined) await claimSlug(tx, before, wanted.slug)
  const parent = before.derivedFrom === null ? null : await getForUpdate(tx, before.tenantId, before.derivedFrom)
  const change = parent ? editVariant(before, parent, wanted) : edit(before, wanted)
  const planned = await withVariants(tx, [{ before, change, cause }])
  for (const { before, change } of planned) {
    // A public entry stays complete, and not too long for search.
    if (before.visibility === 'public' && !isEmpty(change)) assertPublishable({ ...before, ...change })
  }
  return (await changeAll(tx, planned, at)).get(before.id) ?? before
}
