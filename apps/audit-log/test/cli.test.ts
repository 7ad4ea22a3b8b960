import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommandLine } from '@coursewire/service-kit'
import { anEnrollment } from '@coursewire/testing'
import { expect, onTestFinished, test } from 'vitest'
import { createAudit } from '../src/audit.ts'
import { sealAll } from '../src/seals/sealer.ts'
import { openLog, sealKeys, sealPem } from './helpers.ts'

async function startWorld() {
  const log = await openLog()
  const out: string[] = []
  const print = (text: string) => void out.push(text)
  const env = { DATABASE_URL: log.databaseUrl, AUDIT_SEAL_KEY: sealPem }
  const run = async (...args: string[]) => {
    out.length = 0
    const terminal = { env, print, note: print }
    const code = await runCommandLine(createAudit(terminal), args, terminal)
    return { code, out: out.join('\n') }
  }
  return { ...log, run }
}

test('a log without records, or whose records are not sealed yet, is no fault', async () => {
  const { run, store } = await startWorld()

  expect(await run('verify')).toEqual({ code: 0, out: 'No records yet' })
  await store(anEnrollment())
  expect(await run('verify')).toEqual({ code: 0, out: 'Verifying acme\nacme: nothing is sealed yet' })
})

test('the command says up to where it vouches, and fails if a record was changed', async () => {
  const { run, store, db, owner } = await startWorld()
  await store(anEnrollment(), anEnrollment())
  await sealAll({ db, keys: sealKeys })

  const before = await run('verify')
  await owner.$client.query(`UPDATE records SET type = 'x' WHERE id = 2`)
  const after = await run('verify', '--tenant', 'acme')

  expect(before.code).toBe(0)
  expect(before.out).toMatch(
    /^Verifying acme\nacme: records that are as they were sealed: 2, up to record 2\n {2}seals: 1, the last one is number 1 of \S+Z, [\da-f]{64}$/,
  )
  expect(after.code).toBe(1)
  expect(after.out).toContain('acme: records that are as they were sealed: 1, up to record 2')
  expect(after.out).toContain('  record 2 was changed (seal 1)\n1 fault: the log is not as it was sealed')
})

test('the records of all tenants are exported in their order, for nobody else to read', async () => {
  const { run, store } = await startWorld()
  const directory = await mkdtemp(join(tmpdir(), 'audit-'))
  onTestFinished(() => rm(directory, { recursive: true }))
  const file = join(directory, 'log.ndjson')
  const events = [anEnrollment(), anEnrollment({}, { tenantId: 'globex' }), anEnrollment()]
  for (const event of events) await store(event)

  expect(await run('export', file)).toEqual({ code: 0, out: `The records are in ${file}` })

  const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toMatchObject(
    events.map((event, index) => ({ id: String(index + 1), partition: 0, event, deadLetter: null })),
  )
  expect((await stat(file)).mode & 0o077).toBe(0)
})

test('a key that is none is named', async () => {
  const env = { DATABASE_URL: 'postgres://localhost/none', AUDIT_SEAL_KEY: 'x' }
  const lines: string[] = []
  const terminal = { env, print: () => undefined, note: (text: string) => void lines.push(text) }

  expect(await runCommandLine(createAudit(terminal), ['verify'], terminal)).toBe(1)
  expect(lines.join('\n')).toContain('Expected P-256 keys in PEM')
})
