import {
  distributionCreated,
  distributionDeleted,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
  distributionVersionBumped,
  type EventDefinition,
  type EventEnvelope,
} from '@coursewire/events'
import type { Transaction } from '@coursewire/service-kit'
import { z } from 'zod'
import { addChange, changePage, type PageChange } from './repository.ts'

type Change = Omit<PageChange, 'tenantId'>
type Read = (event: EventEnvelope<string, Record<string, unknown>>) => Change | null

/** Reads from an event what it changes of a page. An event that breaks its schema changes nothing here, but it is in the log. */
function read<Payload extends z.ZodObject>(
  { type, payload }: EventDefinition<string, Payload>,
  describe: (payload: z.output<Payload>) => Change,
): [type: string, read: Read] {
  const toChange: Read = (event) => {
    const parsed = payload.safeParse(event.payload)
    return parsed.success ? describe(parsed.data) : null
  }
  return [type, toChange]
}

const names = z.object({ slug: z.string().optional().catch(undefined), title: z.string().optional().catch(undefined) })

const changesByType = new Map<string, Read>([
  read(distributionCreated, ({ distribution_id, slug, title, visibility, created_at }) => ({
    distributionId: distribution_id,
    slug,
    title,
    isPublic: visibility === 'public',
    at: created_at,
  })),
  read(distributionUpdated, ({ distribution_id, new_values, updated_at }) => ({
    distributionId: distribution_id,
    ...names.parse(new_values),
    at: updated_at,
  })),
  read(distributionPublished, ({ distribution_id, slug, title, published_at }) => ({
    distributionId: distribution_id,
    slug,
    title,
    isPublic: true,
    at: published_at,
  })),
  read(distributionUnpublished, ({ distribution_id, slug, unpublished_at }) => ({
    distributionId: distribution_id,
    slug,
    isPublic: false,
    at: unpublished_at,
  })),
  read(distributionDeleted, ({ distribution_id, slug, deleted_at }) => ({
    distributionId: distribution_id,
    slug,
    isPublic: false,
    at: deleted_at,
  })),
])

/** Keeps what changelogs show: what pages are called, whether they are public, and their versions. Private ones have theirs too. */
export async function applyToChangelog(
  tx: Transaction,
  event: EventEnvelope<string, Record<string, unknown>>,
): Promise<void> {
  const tenantId = event.meta.tenant_id
  const change = changesByType.get(event.type)?.(event)
  if (change) return changePage(tx, { tenantId, ...change })
  if (event.type !== distributionVersionBumped.type) return
  const bumped = distributionVersionBumped.payload.safeParse(event.payload)
  if (!bumped.success) return
  const { distribution_id: distributionId, new_version, bumped_at: at, changelog: text } = bumped.data
  await addChange(tx, { tenantId, distributionId, version: Number(new_version.slice(1)), at, text })
}
