import { AppError, type Database } from '@coursewire/service-kit'
import type { TokenIssuer } from '../keys/tokens.ts'
import type { Limits, Person } from '../limits/limits.ts'
import { addressOf } from '../limits/networks.ts'
import type { SessionService, SignedIn } from '../sessions/service.ts'
import { createAcquaintances } from './acquaintances.ts'
import type { Passwords } from './passwords.ts'
import * as repository from './repository.ts'

export function createAccountService(options: {
  db: Database
  tokens: TokenIssuer
  limits: Limits
  sessions: SessionService
  passwords: Passwords
}) {
  const { db, tokens, limits, sessions, passwords } = options
  const acquaintances = createAcquaintances()

  /** Throws `client.invalid`, or `attempts.too-many` for strangers. */
  async function proveClient(clientId: string, secret: string, address: string): Promise<repository.ServiceClient> {
    if (acquaintances.knowsSecret(clientId, secret)) {
      const client = await repository.findClient(db, clientId)
      if (client && acquaintances.hasProven(clientId, secret, client.secretHash)) return client
    }
    async function findHolder() {
      await limits.take('clientsFromAddress', address)
      const client = await repository.findClient(db, clientId)
      return client && { client, hash: client.secretHash }
    }
    const proven = await passwords.check(findHolder, secret, { lane: 'services', owner: address })
    if (!proven) throw new AppError('unauthorized', 'client.invalid', 'Client or secret is wrong')
    acquaintances.rememberSecret(clientId, secret, proven.hash)
    return proven.client
  }

  return {
    async signIn(person: Person, password: string, userAgent: string | undefined): Promise<SignedIn> {
      const { tenantId, email } = person
      const [account, address] = [JSON.stringify([tenantId, email]), addressOf(person.ip)]
      async function findHolder() {
        const { isKnown } = await limits.takeSignIn(person)
        // Another instance may have got to know the person.
        if (isKnown) acquaintances.rememberPerson(account, address)
        const user = await repository.findUserByEmail(db, tenantId, email)
        return user && { user, isKnown, hash: user.passwordHash }
      }
      const lane = acquaintances.knowsPerson(account, address) ? 'known people' : 'people'
      const holder = await passwords.check(findHolder, password, { lane, owner: address })
      const signedIn = holder && (await sessions.begin(holder.user, userAgent))
      if (!signedIn) throw new AppError('unauthorized', 'credentials.invalid', 'Email address or password is wrong')
      acquaintances.rememberPerson(account, address)
      await limits.welcome(person, { hasCounted: !holder.isKnown })
      return signedIn
    },

    /** Checks the secret first, so that only its holder learns which tenants the client may act for. */
    async issueServiceToken(clientId: string, clientSecret: string, tenantId: string, address: string) {
      const client = await proveClient(clientId, clientSecret, address)
      if (!client.tenants.includes(tenantId)) {
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
