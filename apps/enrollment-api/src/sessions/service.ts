import { randomUUID } from 'node:crypto'
import { AppError, type Database, type Logger } from '@coursewire/service-kit'
import type { TokenIssuer } from '../keys/tokens.ts'
import type { Limits } from '../limits/limits.ts'
import { addressOf } from '../limits/networks.ts'
import { describeDevice } from './device.ts'
import { createRefreshToken, type RefreshToken, readRefreshToken } from './refresh-token.ts'
import * as repository from './repository.ts'

/** The tokens that a client gets when it signs in or refreshes. */
export interface SignedIn {
  token: string
  expiresIn: number
  refreshToken: string
}

export function createSessionService(options: { db: Database; tokens: TokenIssuer; limits: Limits; logger: Logger }) {
  const { db, tokens, limits, logger } = options

  return {
    /**
     * Begins a session for somebody who has shown the password with this hash. Returns null if the account is disabled, or has another
     * password by now: a session must not outlive the one that opened it.
     */
    async begin(
      user: { tenantId: string; id: string; passwordHash: string },
      userAgent: string | undefined,
    ): Promise<SignedIn | null> {
      const [id, token] = [randomUUID(), createRefreshToken()]
      const account = await repository.insertSession(db, { id, owner: user, token, device: describeDevice(userAgent) })
      if (!account) return null
      // After the commit, so that each of several at once counts those before it.
      await repository.endSurplusSessions(db, user)
      const { tenantId, id: userId } = user
      const accessToken = await tokens.issue({ id: userId, tenantId, roles: account.roles, sessionId: id })
      return { ...accessToken, refreshToken: token.text }
    },

    /** Throws `session.ended`, `account.disabled` or `attempts.too-many`. */
    async refresh(text: string, ip: string): Promise<SignedIn> {
      const token = readRefreshToken(text)
      if (!token) throw refuseEnded()
      const next = createRefreshToken(token)
      const session = await repository.rotateToken(db, token, next)
      if (!session) throw await explainRefusal(token, ip)
      const { id: sessionId, userId: id, tenantId, roles } = session
      return { ...(await tokens.issue({ id, tenantId, roles, sessionId })), refreshToken: next.text }
    },

    /** Ends the session that the token is from. Does nothing if there is none any more. */
    async end(text: string): Promise<void> {
      const token = readRefreshToken(text)
      if (token) await repository.deleteFamily(db, token)
    },
  }

  /** A token that was replaced is used again if somebody has copied it. Nobody knows who came first, so both lose the session. */
  async function explainRefusal(token: RefreshToken, ip: string): Promise<AppError> {
    const session = await db.transaction(async (tx) => {
      const found = await repository.lockRefused(tx, token)
      if (found && !found.isUsable) await repository.deleteFamily(tx, token)
      return found
    })
    if (session && !session.isUsable) {
      const { id: sessionId, tenantId, userId } = session
      logger.warn({ tenantId, userId, sessionId }, 'Session ended, because a replaced refresh token was used')
    }
    if (!session?.isUsable) {
      await limits.take('badTokensFromAddress', addressOf(ip))
      return refuseEnded()
    }
    if (session.isDisabled) return new AppError('forbidden', 'account.disabled', 'The account is disabled')
    return new AppError('rate-limited', 'attempts.too-many', 'Too many attempts', { retryAfterSeconds: 10 })
  }
}

export type SessionService = ReturnType<typeof createSessionService>

const refuseEnded = () => new AppError('unauthorized', 'session.ended', 'The session has ended: sign in again')
