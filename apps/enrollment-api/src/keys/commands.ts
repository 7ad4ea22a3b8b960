import {
  type CommandLine,
  type Database,
  defineAction,
  formatTable,
  loadConfig,
  type Terminal,
  withDatabase,
} from '@coursewire/service-kit'
import { z } from 'zod'
import { rotateConfigSchema } from '../config.ts'
import { deleteKeys, insertNextKey, listKeys, lockKeys, type StoredKey } from './repository.ts'
import { createSealing, type Sealing } from './sealing.ts'
import { generatePrivateKey, sealKey } from './signing-key.ts'

/** The commands with which operators replace the key that signs access tokens. */
export function createKeyCommands({ env, print }: Terminal): CommandLine {
  async function perform({ DATABASE_URL: url }: { DATABASE_URL: string }, work: (db: Database) => Promise<string>) {
    print(await withDatabase('enrollment-api keys', url, work))
  }

  const input = z.object({})
  return {
    name: 'keys',
    description:
      'Shows and replaces the keys that sign access tokens. Nobody is signed out, and nothing needs a restart',
    actions: {
      rotate: defineAction({
        name: 'rotate',
        description: 'Makes a key that is published now and signs in ten minutes, when every service knows it',
        input,
        run: () => {
          const config = loadConfig(rotateConfigSchema, env)
          return perform(config, (db) => rotate(db, createSealing(config.KEY_SEAL)))
        },
      }),
      list: defineAction({
        name: 'list',
        description: 'Lists the keys in the order in which they sign',
        input,
        run: () =>
          perform(loadConfig(rotateConfigSchema.pick({ DATABASE_URL: true }), env), async (db) =>
            formatTable((await listKeys(db)).map(describeKey)),
          ),
      }),
    },
  }
}

async function rotate(db: Database, sealing: Sealing): Promise<string> {
  const key = await sealKey(generatePrivateKey(), sealing)
  return db.transaction(async (tx) => {
    await lockKeys(tx)
    const keys = await listKeys(tx)
    const newest = keys.at(-1)
    if (!newest) throw new Error('There is no key to replace: start enrollment-api once')
    // A key that is sealed otherwise would keep the service from reading any.
    sealing.open(newest.kid, newest.sealedPrivateKey)
    if (newest.signsInSeconds > 0) throw new Error(`Key ${newest.kid} already waits to sign from ${newest.signsFrom}`)
    await deleteKeys(
      tx,
      keys.filter(isWithdrawn).map(({ kid }) => kid),
    )
    return `Created key ${key.kid}, which signs from ${await insertNextKey(tx, key)}`
  })
}

const isWithdrawn = ({ withdrawnInSeconds }: StoredKey) => withdrawnInSeconds !== null && withdrawnInSeconds <= 0

function describeKey(key: StoredKey, index: number, keys: StoredKey[]) {
  const next = keys[index + 1]
  return {
    kid: key.kid,
    state: describeState(key, next),
    'signs from': key.signsFrom,
    'signs until': next?.signsFrom,
    'published until': key.withdrawnAt,
  }
}

function describeState(key: StoredKey, next: StoredKey | undefined): string {
  if (key.signsInSeconds > 0) return 'waits'
  if (!next || next.signsInSeconds > 0) return 'signs'
  return isWithdrawn(key) ? 'withdrawn' : 'published'
}
