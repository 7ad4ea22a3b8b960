import { appendToOutbox } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { type Change, type Distribution, findChange, followed } from './distribution.ts'
import { type Cause, tellUpdated } from './events.ts'
import { lockVariants, updateDistributions } from './repository.ts'

type Wanted = { before: Distribution; wanted: Change; cause: Cause }

/**
 * Changes what differs from what is wanted of locked distributions, one event for each one touched, in their order. Returns
 * the touched ones as they are now, by id.
 */
export async function changeAll(tx: Transaction, all: Wanted[], at: string): Promise<Map<string, Distribution>> {
  const changes = all.flatMap(({ before, wanted, cause }) => {
    const change = findChange(before, wanted)
    return change ? [{ before, change, cause }] : []
  })
  const changed = await updateDistributions(
    tx,
    changes.map(({ before: { id }, change }) => ({ id, change })),
    at,
  )
  await appendToOutbox(
    tx,
    changes.map(({ before, change, cause }) => tellUpdated(before, changed.get(before.id) ?? before, change, cause)),
  )
  return changed
}

/** What is to be changed when locked distributions become what is wanted of them: their variants follow. */
export async function withVariants(tx: Transaction, roots: Wanted[]): Promise<Wanted[]> {
  const parents = new Map<string, { change: Change; cause: Cause }>()
  for (const { before, wanted, cause } of roots) {
    const change = before.derivedFrom === null ? findChange(before, wanted) : null
    if (change) parents.set(before.id, { change, cause })
  }
  const variants = await lockVariants(tx, [...parents.keys()])
  const following = variants.flatMap((before) => {
    const parent = parents.get(before.derivedFrom ?? '')
    return parent ? [{ before, wanted: followed(before, parent.change), cause: parent.cause }] : []
  })
  return [...roots, ...following]
}
