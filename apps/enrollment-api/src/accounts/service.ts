import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { AppError, type Database } from '@coursewire/service-kit'
import type { PasswordCheck } from './passwords.ts'
import * as repository from './repository.ts'
import type { TokenIssuer } from './tokens.ts'

const REFRESH_TOKEN_DAYS = 30

export function createAccountService(options: {
  db: Database
  tokens: TokenIssuer
  checkPassword: PasswordCheck
  checkSecret: PasswordCheck
}) {
  const { db, tokens, checkPassword, checkSecret } = options
  return {
    async signIn(tenantId: string, email: string, password: string) {
      const user = await repository.findUserByEmail(db, tenantId, email)
      const isRight = await checkPassword(user?.passwordHash, password)
      if (!user || !isRight) {
        throw new AppError('unauthorized', 'credentials.invalid', 'Email address or password is wrong')
      }
      const refreshToken = randomBytes(32).toString('base64url')
      const token = {
        tokenHash: createHash('sha256').update(refreshToken).digest(),
        familyId: randomUUID(),
        tenantId,
        userId: user.id,
      }
      await repository.insertRefreshToken(db, token, REFRESH_TOKEN_DAYS)
      return { ...(await tokens.issue({ id: user.id, tenantId, roles: user.roles })), refreshToken }
    },

    async issueServiceToken(clientId: string, clientSecret: string, tenantId: string) {
      const client = await repository.findClient(db, clientId)
      const isRight = await checkSecret(client?.secretHash, clientSecret)
      if (!client || !isRight || !client.tenants.includes(tenantId)) {
        throw new AppError('unauthorized', 'client.invalid', 'Client, secret or tenant is wrong')
      }
      return tokens.issue({ id: clientId, tenantId, roles: ['service'] })
    },
  }
}

export type AccountService = ReturnType<typeof createAccountService>
