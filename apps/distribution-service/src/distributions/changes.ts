import { appendToOutbox } from '@coursewire/messaging'
import type { Transaction } from '@coursewire/service-kit'
import { type Change, type Distribution, findChange, followed } from './distribution.ts'
import { type Cause, tellUpdated } from './events.ts'
import { lockVariants, updateDistributions } from './repository.ts'

type Wanted = { before: Distribution; wanted: Change }

/**
 * Changes what differs from what is wanted of locked distributions, one event for each one touched, in their order. Returns
 * the touched ones as they are now, by id.
 */
export async function changeAll(
  tx: Transaction,
  all: Wanted[],
  cause: Cause,
  at: string,
): Promise<Map<string, Distribution>> {
  const changes = all.flatMap(({ before, wanted }) => {
    const change = findChange(before, wanted)
    return change ? [{ before, change }] : []
  })
  // Variants mostly change alike: one statement for those that do.
  const alike = new Map<string, { change: Change; ids: string[] }>()
  for (const { before, change } of changes) {
    const key = JSON.stringify(change)
    const { ids } = alike.get(key) ?? { ids: [] as string[] }
    ids.push(before.id)
    alike.set(key, { change, ids })
  }
  const changed = new Map<string, Distribution>()
  for (const { change, ids } of alike.values()) {
    for (const [id, after] of await updateDistributions(tx, ids, change, at)) changed.set(id, after)
  }
  await appendToOutbox(
    tx,
    changes.map(({ before, change }) => tellUpdated(before, changed.get(before.id) ?? before, change, cause)),
  )
  return changed
}

/** What is to be changed when a locked distribution becomes what is wanted of it: its variants follow. */
export async function withVariants(tx: Transaction, root: Wanted): Promise<Wanted[]> {
  const change = findChange(root.before, root.wanted)
  if (!change || root.before.derivedFrom !== null) return [root]
  const variants = await lockVariants(tx, root.before)
  return [root, ...variants.map((before) => ({ before, wanted: followed(before, change) }))]
}
