import { type Caller, type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import { and, desc, eq, gt, inArray, lte, ne, type SQL, sql } from 'drizzle-orm'
import { sessions, type users } from '../db/schema.ts'
import type { Device } from './device.ts'
import { LIFETIME_DAYS, type RefreshToken } from './refresh-token.ts'

/** The limit per user. A program that signs in again and again ends its oldest sessions. */
const SESSIONS_PER_USER = 100
/** A page that is left while its refresh is answered uses the same token again. */
const GRACE_SECONDS = 10
/** How many requests may replace the same token. */
const MAX_SIBLINGS = 100

type Owner = Pick<Caller, 'tenantId' | 'id'>
type Roles = (typeof users.$inferSelect)['roles']

const ofOwner = ({ tenantId, id }: Owner) => and(eq(sessions.tenantId, tenantId), eq(sessions.userId, id))

// Named statements, because signing in would otherwise spend a third of a hash's time on transactions and planning.
const beginning = `
  WITH account AS MATERIALIZED (
    SELECT tenant_id, id, roles FROM users
    WHERE tenant_id = $1 AND id = $2 AND password_hash = $3 AND disabled_at IS NULL
    -- Whoever waits for a change of the account decides by what it then holds.
    FOR NO KEY UPDATE
  ), begun AS (
    INSERT INTO sessions (tenant_id, user_id, id, browser, system, family_hash, token_hashes, expires_at)
    SELECT tenant_id, id, $4, $5, $6, $7, ARRAY[$8::bytea], now() + interval '${LIFETIME_DAYS} days' FROM account
  )
  SELECT roles FROM account`

/** Begins a session and returns the roles of the account, if it still has this password and is not disabled. */
export async function insertSession(
  db: Database,
  {
    id,
    owner,
    token,
    device,
  }: { id: string; owner: Owner & { passwordHash: string }; token: RefreshToken; device: Device },
): Promise<{ roles: Roles } | null> {
  const { tenantId, id: userId, passwordHash } = owner
  const values = [tenantId, userId, passwordHash, id, device.browser, device.system, token.familyHash, token.hash]
  const { rows } = await queryNamed<{ roles: Roles }>(db, { name: 'begin-session', text: beginning, values })
  return rows[0] ?? null
}

/** Ends the owner's expired sessions, and the oldest ones beyond the limit. Locks in the order of `deleteInOrder`. */
export async function endSurplusSessions(db: Database, { tenantId, id }: Owner): Promise<void> {
  await queryNamed(db, {
    name: 'end-surplus-sessions',
    text: `DELETE FROM sessions WHERE id IN (
             SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2 AND (expires_at <= now() OR id IN (
               SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2
               ORDER BY created_at DESC, id OFFSET ${SESSIONS_PER_USER}))
             ORDER BY id FOR UPDATE)`,
    values: [tenantId, id],
  })
}

const isCurrent = '$2 = ANY (token_hashes)'
const isJustReplaced = `$2 = ANY (replaced_hashes) AND replaced_at > now() - interval '${GRACE_SECONDS} seconds'`
// Whoever waits for an advisory lock gets it in the order of arrival. Those who wait for a row do not: tabs that still have the token before
// the last one would end the session.
const rotation = `
  WITH turn AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(hashtext('coursewire.session'), hashtext(encode($1::bytea, 'hex')))
  )
  UPDATE sessions SET
    replaced_hashes = CASE WHEN ${isCurrent} THEN token_hashes ELSE replaced_hashes END,
    replaced_at = CASE WHEN ${isCurrent} THEN now() ELSE replaced_at END,
    token_hashes = CASE WHEN ${isCurrent} THEN ARRAY[$3::bytea] ELSE token_hashes || $3::bytea END,
    last_used_at = now(),
    expires_at = now() + interval '${LIFETIME_DAYS} days'
  FROM turn, users
  WHERE family_hash = $1 AND expires_at > now()
    AND (${isCurrent} OR (${isJustReplaced} AND cardinality(token_hashes) < ${MAX_SIBLINGS}))
    AND users.tenant_id = sessions.tenant_id AND users.id = user_id AND disabled_at IS NULL AND erased_at IS NULL
  RETURNING sessions.id, users.tenant_id AS "tenantId", user_id AS "userId", roles`

/**
 * Replaces a token that is current or has just been replaced, and returns its session with the roles that its owner has now. Returns null,
 * and has done nothing, if the token may not be used. One statement about one row: whoever waits for the row decides by what it then holds.
 */
export async function rotateToken(
  db: Database,
  token: RefreshToken,
  next: RefreshToken,
): Promise<{ id: string; tenantId: string; userId: string; roles: Roles } | null> {
  const values = [token.familyHash, token.hash, next.hash]
  const { rows } = await queryNamed<{ id: string; tenantId: string; userId: string; roles: Roles }>(db, {
    name: 'rotate-refresh-token',
    text: rotation,
    values,
  })
  return rows[0] ?? null
}

export interface RefusedSession {
  id: string
  tenantId: string
  userId: string
  isDisabled: boolean
  /** Whether the token is one that may be used. */
  isUsable: boolean
}

/** Locks the session that a token is from, unless it has expired, and tells why the token was refused. */
export async function lockRefused(tx: Transaction, token: RefreshToken): Promise<RefusedSession | null> {
  const { rows } = await queryNamed<RefusedSession>(tx, {
    name: 'lock-refused-session',
    text: `SELECT sessions.id, users.tenant_id AS "tenantId", user_id AS "userId", disabled_at IS NOT NULL AS "isDisabled",
                  ${isCurrent} OR (${isJustReplaced}) AS "isUsable"
           FROM sessions JOIN users ON users.tenant_id = sessions.tenant_id AND users.id = user_id
           WHERE family_hash = $1 AND expires_at > now() AND erased_at IS NULL
           FOR UPDATE OF sessions`,
    values: [token.familyHash, token.hash],
  })
  return rows[0] ?? null
}

/** Ends the session that a token is from, whether or not the token has been replaced. */
export async function deleteFamily(db: Database | Transaction, token: RefreshToken): Promise<void> {
  await db.delete(sessions).where(eq(sessions.familyHash, token.familyHash))
}

/** The sessions of an account, the last used one first. */
export async function listSessions(db: Database, owner: Owner) {
  return db
    .select({
      id: sessions.id,
      browser: sessions.browser,
      system: sessions.system,
      firstUsedAt: sessions.createdAt,
      lastUsedAt: sessions.lastUsedAt,
    })
    .from(sessions)
    .where(and(ofOwner(owner), gt(sessions.expiresAt, sql`now()`)))
    .orderBy(desc(sessions.lastUsedAt))
}

/** Returns false if the owner has no such session. */
export async function deleteSession(db: Database, owner: Owner, id: string): Promise<boolean> {
  const { rowCount } = await db.delete(sessions).where(and(ofOwner(owner), eq(sessions.id, id)))
  return rowCount === 1
}

/** Ends all sessions of an account, or all but one. */
export async function deleteSessions(db: Database | Transaction, owner: Owner, except?: string): Promise<void> {
  await deleteInOrder(db, and(ofOwner(owner), except === undefined ? undefined : ne(sessions.id, except)))
}

/** Deletes the sessions that have expired, and returns their number. */
export const purgeSessions = (db: Database): Promise<number> => deleteInOrder(db, lte(sessions.expiresAt, sql`now()`))

/** Locks the sessions in one order, so that two who delete the same ones never wait for each other in a circle. */
async function deleteInOrder(db: Database | Transaction, condition: SQL | undefined): Promise<number> {
  const locked = db.select({ id: sessions.id }).from(sessions).where(condition).orderBy(sessions.id).for('update')
  const { rowCount } = await db.delete(sessions).where(inArray(sessions.id, locked))
  return rowCount ?? 0
}
