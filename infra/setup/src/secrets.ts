import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'

/** What this machine's services know each other by: made once, readable by their owner alone, of no use elsewhere. */
export type Secrets = ReturnType<typeof createSecrets>

const createPassword = () => randomBytes(24).toString('base64url')

function createSecrets() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const databasePasswords = () => ({ owner: createPassword(), run: createPassword() })
  return {
    jwtPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    databases: { enrollment: databasePasswords(), distribution: databasePasswords(), email: databasePasswords() },
    clients: { 'enrollment-api': createPassword(), 'email-worker': createPassword() },
    editorPassword: createPassword(),
  }
}

/** The secrets in `file`, made at the first call. */
export function keepSecrets(file: string): Secrets {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify(createSecrets()), { mode: 0o600 })
  return JSON.parse(readFileSync(file, 'utf8')) as Secrets
}
