import { AppError, type Database, type Transaction } from '@coursewire/service-kit'
import { and, asc, desc, eq, lt } from 'drizzle-orm'
import { readLanguage } from '../db/language.ts'
import { distributions, versions } from '../db/schema.ts'
import { type Content, deriveContent, fieldNames } from '../entries/content.ts'
import { type Distribution, findChange, readContent } from '../entries/distribution.ts'

export type VersionSummary = Omit<typeof versions.$inferSelect, 'content'>
export type Version = VersionSummary & { content: Content }

/** Stores the current content of a locked distribution as the version that ends. */
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
): Promise<VersionSummary[]> {
  const before = page.before === undefined ? undefined : lt(versions.version, page.before)
  return db
    .select()
    .from(versions)
    .where(and(eq(versions.distributionId, distributionId), before))
    .orderBy(desc(versions.version))
    .limit(page.limit)
}

/** The versions that somebody has closed, oldest first. */
export async function listVersionsBy(db: Database, tenantId: string, editorId: string) {
  const { distributionId, version, changelog, frozenAt, frozenBy } = versions
  return db
    .select({ distributionId, version, changelog, frozenAt })
    .from(versions)
    .innerJoin(distributions, eq(distributions.id, distributionId))
    .where(and(eq(distributions.tenantId, tenantId), eq(frozenBy, editorId)))
    .orderBy(asc(frozenAt), asc(distributionId))
}

/** Throws `not-found`, also for the current version. */
export async function getVersion(
  db: Database | Transaction,
  distributionId: string,
  version: number,
): Promise<Version> {
  const [found] = await db
    .select()
    .from(versions)
    .where(and(eq(versions.distributionId, distributionId), eq(versions.version, version)))
  if (found) return { ...found, content: completeContent(found.content) }
  throw new AppError('not-found', 'version.not-found', 'Version not found', { distributionId, version })
}

/** Completes content that an earlier version of this service stored: it wrote languages differently and lacked fields. */
function completeContent(stored: Partial<Content>): Content {
  const { title = '', description = '', language = '', targetGroup = [] } = stored
  const course = { title, description, language: readLanguage(language), targetGroup }
  return { ...deriveContent(course), ...stored, language: course.language }
}

/** The fields in which two contents differ. */
export function compareContents(from: Content, to: Content): Record<string, { old: unknown; new: unknown }> {
  const change = findChange(from, to)
  const names = fieldNames.filter((name) => name in change)
  return Object.fromEntries(names.map((name) => [name, { old: from[name], new: to[name] }]))
}
