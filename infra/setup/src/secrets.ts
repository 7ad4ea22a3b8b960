import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type ClientName, clientNames, type DatabaseName, databases } from '@coursewire/product'

/** The secrets of this machine's services. They are generated once, readable only by their owner, and useless elsewhere. */
export interface Secrets {
  jwtPrivateKey: string
  keySeal: string
  addressHashKey: string
  auditSealKey: string
  databases: Record<DatabaseName, { owner: string; run: string }>
  clients: Record<ClientName, string>
  editorPassword: string
}

const createPassword = () => randomBytes(24).toString('base64url')
const createSecret = () => randomBytes(32).toString('base64url')

function createKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

/** Reads the secrets in `file`. Generates and adds missing ones, because the file or an app is new. */
export function keepSecrets(file: string): Secrets {
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '{}'
  const secrets = complete(JSON.parse(text) as Partial<Secrets>)
  const completed = JSON.stringify(secrets)
  if (completed !== text) {
    // Renamed into place, so that a concurrent reader sees the whole file.
    const draft = `${file}.draft`
    writeFileSync(draft, completed, { mode: 0o600 })
    renameSync(draft, file)
  }
  return secrets
}

function complete(kept: Partial<Secrets>): Secrets {
  return {
    jwtPrivateKey: kept.jwtPrivateKey ?? createKey(),
    keySeal: kept.keySeal ?? createSecret(),
    addressHashKey: kept.addressHashKey ?? createSecret(),
    auditSealKey: kept.auditSealKey ?? createKey(),
    databases: { ...createPasswordsOfDatabases(), ...kept.databases },
    clients: { ...createPasswordsOfClients(), ...kept.clients },
    editorPassword: kept.editorPassword ?? createPassword(),
  }
}

function createPasswordsOfDatabases() {
  const passwords = databases.map(({ database }) => [database, { owner: createPassword(), run: createPassword() }])
  return Object.fromEntries(passwords) as Secrets['databases']
}

function createPasswordsOfClients() {
  return Object.fromEntries(clientNames.map((name) => [name, createPassword()])) as Secrets['clients']
}
