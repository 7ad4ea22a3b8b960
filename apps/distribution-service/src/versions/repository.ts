import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, desc, eq, lt } from 'drizzle-orm'
import { readLanguage } from '../db/language.ts'
import { versions } from '../db/schema.ts'
import { type Content, type Distribution, findChange, readContent } from '../entries/distribution.ts'

export type Version = typeof versions.$inferSelect

/** Keeps what a locked distribution says now as its version that ends. */
export async function freezeVersion(
  tx: Transaction,
  distribution: Distribution,
  about: { changelog: string; frozenAt: string; frozenBy: string },
): Promise<void> {
  const { id: distributionId, version } = distribution
  await tx.insert(versions).values({ distributionId, version, content: readContent(distribution), ...about })
}

/** Latest first. */
export async function listVersions(
  db: Database,
  distributionId: string,
  page: { before?: number | undefined; limit: number },
): Promise<Version[]> {
  const before = page.before === undefined ? undefined : lt(versions.version, page.before)
  return db
    .select()
    .from(versions)
    .where(and(eq(versions.distributionId, distributionId), before))
    .orderBy(desc(versions.version))
    .limit(page.limit)
}

/** Throws `not-found`, also for the version that goes on. */
export async function getVersion(
  db: Database | Transaction,
  distributionId: string,
  version: number,
): Promise<Version> {
  const [found] = await db
    .select()
    .from(versions)
    .where(and(eq(versions.distributionId, distributionId), eq(versions.version, version)))
  if (found) return { ...found, content: { ...found.content, language: readLanguage(found.content.language) } }
  throw new AppError('not-found', 'version.not-found', 'Version not found', { distributionId, version })
}

/** What differs between two contents, by field. */
export function compareContents(from: Content, to: Content): Record<string, { old: unknown; new: unknown }> {
  const fields = Object.keys(findChange(from, to) ?? {}) as (keyof Content)[]
  return Object.fromEntries(fields.map((field) => [field, { old: from[field], new: to[field] }]))
}
