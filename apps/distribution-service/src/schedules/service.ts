import type { Moment } from '@coursewire/service-kit'
import type { Commit } from '../entries/commit.ts'
import type { Cause } from '../entries/events.ts'
import { getForUpdate } from '../entries/repository.ts'
import type { EntryService } from '../entries/service.ts'
import { type Plan, type Scheduled, writeSchedule } from './repository.ts'

export type ScheduleService = ReturnType<typeof createScheduleService>

export function createScheduleService(ctx: {
  commit: Commit
  now: () => Moment
  entries: Pick<EntryService, 'publish' | 'unpublish'>
}) {
  const { commit, now, entries } = ctx

  function plan(id: string, wanted: Plan, cause: Cause): Promise<Scheduled[]> {
    return commit(cause, async (tx) => {
      await getForUpdate(tx, cause.tenantId, id)
      const { correlationId } = cause
      return { answer: await writeSchedule(tx, id, wanted, { correlationId, now: now() }) }
    })
  }

  /** Makes a change that is due, if it is still planned. Its cause is the request that planned it. */
  async function carryOut(due: Scheduled & { tenantId: string }): Promise<void> {
    const { distributionId: id, tenantId, correlationId, visibility, reason } = due
    const cause = { tenantId, correlationId, causationId: null }
    if (visibility === 'public') await entries.publish(id, cause, due)
    else await entries.unpublish(id, reason ?? 'scheduled', cause, due)
  }

  return { plan, carryOut }
}
