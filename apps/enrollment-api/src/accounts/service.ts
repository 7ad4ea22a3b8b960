import { AppError, type Database } from '@coursewire/service-kit'
import type { SessionService, SignedIn } from '../sessions/service.ts'
import { createAcquaintances } from './acquaintances.ts'
import type { Passwords } from './passwords.ts'
import * as repository from './repository.ts'
import type { TokenIssuer } from './tokens.ts'

export function createAccountService(options: {
  db: Database
  tokens: TokenIssuer
  sessions: SessionService
  passwords: Passwords
}) {
  const { db, tokens, sessions, passwords } = options
  const acquaintances = createAcquaintances()
  const nameOf = (tenantId: string, email: string) => JSON.stringify([tenantId, email])

  return {
    isKnownPerson: (tenantId: string, email: string, address: string): boolean =>
      acquaintances.knowsPerson(nameOf(tenantId, email), address),
    isKnownClient: acquaintances.knowsSecret,

    async signIn(
      { tenantId, email, password }: { tenantId: string; email: string; password: string },
      { address, userAgent }: { address: string; userAgent: string | undefined },
    ): Promise<SignedIn> {
      const account = nameOf(tenantId, email)
      const lane = acquaintances.knowsPerson(account, address) ? 'known people' : 'people'
      const user = await repository.findUserByEmail(db, tenantId, email)
      const isRight = await passwords.check(user?.passwordHash, password, { lane, owner: address })
      const signedIn = user && isRight ? await sessions.begin(user, userAgent) : null
      if (!signedIn) throw new AppError('unauthorized', 'credentials.invalid', 'Email address or password is wrong')
      acquaintances.rememberPerson(account, address)
      return signedIn
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
