import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { AppError, type Database } from '@coursewire/service-kit'
import { createAcquaintances } from './acquaintances.ts'
import type { Passwords } from './passwords.ts'
import * as repository from './repository.ts'
import type { TokenIssuer } from './tokens.ts'

const REFRESH_TOKEN_DAYS = 30
/** The limit per user. A program that signs in again and again ends its oldest sessions. */
const SESSIONS = 100

export function createAccountService(options: { db: Database; tokens: TokenIssuer; passwords: Passwords }) {
  const { db, tokens, passwords } = options
  const acquaintances = createAcquaintances()
  const nameOf = (tenantId: string, email: string) => JSON.stringify([tenantId, email])

  return {
    isKnownPerson: (tenantId: string, email: string, address: string): boolean =>
      acquaintances.knowsPerson(nameOf(tenantId, email), address),
    isKnownClient: acquaintances.knowsSecret,

    async signIn(tenantId: string, email: string, password: string, address: string) {
      const account = nameOf(tenantId, email)
      const lane = acquaintances.knowsPerson(account, address) ? 'known people' : 'people'
      const user = await repository.findUserByEmail(db, tenantId, email)
      const isRight = await passwords.check(user?.passwordHash, password, { lane, owner: address })
      if (!user || !isRight) {
        throw new AppError('unauthorized', 'credentials.invalid', 'Email address or password is wrong')
      }
      acquaintances.rememberPerson(account, address)
      const refreshToken = randomBytes(32).toString('base64url')
      const session = {
        id: randomUUID(),
        tokenHash: createHash('sha256').update(refreshToken).digest(),
        tenantId,
        userId: user.id,
      }
      await repository.insertSession(db, session, { lifetimeDays: REFRESH_TOKEN_DAYS, atMost: SESSIONS })
      return { ...(await tokens.issue({ id: user.id, tenantId, roles: user.roles })), refreshToken }
    },

    /** Checks the secret first, so that only its holder learns which tenants the client may act for. */
    async issueServiceToken(clientId: string, clientSecret: string, tenantId: string, address: string) {
      const client = await repository.findClient(db, clientId)
      if (!acquaintances.hasProven(clientId, clientSecret, client?.secretHash)) {
        const isRight = await passwords.check(client?.secretHash, clientSecret, { lane: 'services', owner: address })
        if (!client || !isRight) throw new AppError('unauthorized', 'client.invalid', 'Client or secret is wrong')
        acquaintances.rememberSecret(clientId, clientSecret, client.secretHash)
      }
      if (!client?.tenants.includes(tenantId)) {
        throw new AppError('forbidden', 'tenant.forbidden', 'The client may not act for this tenant', {
          clientId,
          tenantId,
        })
      }
      return tokens.issue({ id: clientId, tenantId, roles: ['service'], scopes: client.scopes })
    },
  }
}

export type AccountService = ReturnType<typeof createAccountService>
