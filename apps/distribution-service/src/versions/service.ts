import { appendToOutbox } from '@coursewire/messaging'
import type { Moment, Transaction } from '@coursewire/service-kit'
import { changeByEdit } from '../entries/changes.ts'
import type { Commit } from '../entries/commit.ts'
import type { AssertFresh, Distribution } from '../entries/distribution.ts'
import { buildVersionBumped, type Cause } from '../entries/events.ts'
import { getForUpdate, updateDistribution } from '../entries/repository.ts'
import { freezeVersion, getVersion } from './repository.ts'

/** The person who ends a version, and what the request was. */
type By = { id: string; cause: Cause }

export type VersionService = ReturnType<typeof createVersionService>

export function createVersionService({ commit, now }: { commit: Commit; now: () => Moment }) {
  function bump(id: string, changelog: string, by: By): Promise<Distribution> {
    return commit(by.cause, async (tx) => {
      const before = await getForUpdate(tx, by.cause.tenantId, id)
      const after = await beginNext(tx, before, changelog, by)
      return { answer: after, about: after, message: 'Version bumped' }
    })
  }

  /** Ends the version of a locked distribution and begins the next. */
  async function beginNext(tx: Transaction, before: Distribution, changelog: string, by: By): Promise<Distribution> {
    const after = await updateDistribution(tx, before.id, { version: before.version + 1 }, now())
    await freezeVersion(tx, before, { changelog, frozenAt: after.updatedAt, frozenBy: by.id })
    await appendToOutbox(tx, [buildVersionBumped(after, changelog, by.cause)])
    return after
  }

  function restore(id: string, version: number, assertFresh: AssertFresh, by: By): Promise<Distribution> {
    return commit(by.cause, async (tx) => {
      const before = await getForUpdate(tx, by.cause.tenantId, id)
      assertFresh(before)
      const { content } = await getVersion(tx, id, version)
      const next = await beginNext(tx, before, `Restored v${version}`, by)
      // A variant has the language that its parent has now.
      const { language } = before.derivedFrom === null ? content : before
      const after = await changeByEdit(tx, next, { ...content, language }, { cause: by.cause, at: now() })
      return { answer: after, about: after, message: 'Version restored' }
    })
  }

  return { bump, restore }
}
