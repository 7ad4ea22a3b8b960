import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type CommandLine, defineAction, loadConfig, type Terminal, withDatabase } from '@coursewire/service-kit'
import { z } from 'zod'
import { cliConfigSchema, exportConfigSchema } from './config.ts'
import { readHorizon } from './records/months.ts'
import { readRecords } from './records/repository.ts'
import { writeLines } from './records/shown-record.ts'
import { listTenants } from './seals/repository.ts'
import { type Verdict, verifyTenant } from './seals/verify.ts'

const EXPORTED_AT_ONCE = 500

/** The command with which operators find out whether the log is as it was written, and take a copy of it. */
export function createAudit({ env, print, note }: Terminal): CommandLine {
  const verify = defineAction({
    name: 'verify',
    description: 'Compares every record with the seals, and says which were changed, removed, inserted or moved',
    input: z.object({
      tenant: z.string().min(1).optional().describe('Only of this tenant'),
      json: z.boolean().default(false).describe('Print JSON'),
    }),
    async run({ tenant, json }) {
      const {
        DATABASE_URL: url,
        AUDIT_SEAL_KEY: keys,
        AUDIT_RETENTION_MONTHS: months,
      } = loadConfig(cliConfigSchema, env)
      const verdicts = await withDatabase('audit', url, async (db) => {
        const since = await readHorizon(db, months)
        const found: Verdict[] = []
        for (const tenantId of tenant === undefined ? await listTenants(db) : [tenant]) {
          note(`Verifying ${tenantId}`)
          found.push(await verifyTenant(db, tenantId, { keys, since }))
        }
        return found
      })
      print(json ? JSON.stringify(verdicts, null, 2) : verdicts.map(describe).join('\n') || 'No records yet')
      const faults = verdicts.reduce((sum, { faults: { length } }) => sum + length, 0)
      if (faults > 0) throw new Error(`${faults} ${faults === 1 ? 'fault' : 'faults'}: the log is not as it was sealed`)
    },
  })

  const exported = defineAction({
    name: 'export',
    description: 'Writes the records of all tenants into a file, the oldest first, as NDJSON',
    input: z.object({ file: z.string().min(1).describe('The file, which is replaced') }),
    positionals: ['file'],
    async run({ file }) {
      const { DATABASE_URL: url } = loadConfig(exportConfigSchema, env)
      await withDatabase('audit', url, (db) =>
        pipeline(
          Readable.from(writeLines(readRecords(db, null, {}, EXPORTED_AT_ONCE))),
          createWriteStream(file, { mode: 0o600 }),
        ),
      )
      note(`The records are in ${file}`)
    },
  })

  return { name: 'audit', description: 'Verifies and exports the audit log', actions: { verify, export: exported } }
}

function describe({ tenantId, seals, records, last, faults }: Verdict): string {
  if (last === null) return [`${tenantId}: nothing is sealed yet`, ...faults.map((fault) => `  ${fault}`)].join('\n')
  const { number, hash, recordId, sealedAt } = last
  return [
    `${tenantId}: records that are as they were sealed: ${records}, up to record ${recordId}`,
    `  seals: ${seals}, the last one is number ${number} of ${sealedAt}, ${hash}`,
    ...faults.map((fault) => `  ${fault}`),
  ].join('\n')
}
