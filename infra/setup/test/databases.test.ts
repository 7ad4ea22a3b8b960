import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { secretNames, secretVariable } from '@coursewire/product'
import { ownPostgres, query } from '@coursewire/servers'
import { expect, onTestFinished, test } from 'vitest'

const run = promisify(execFile)
const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const { databases, clients } = secretNames
const names = [...Object.values(databases).flatMap(({ owner, run: own }) => [owner, own]), ...Object.values(clients)]

/** Runs the task as the container on AWS does, with all its secrets but `missing`. */
function prepare(server: { url: string }, secrets: Record<string, string>) {
  const adminUrl = new URL(server.url)
  const { password } = adminUrl
  adminUrl.password = ''
  return run(process.execPath, ['--import', 'tsx', 'infra/setup/src/main.ts', 'databases'], {
    cwd: checkout,
    env: {
      PATH: process.env['PATH'],
      POSTGRES_URL: adminUrl.href,
      POSTGRES_PASSWORD: password,
      DEFAULT_TENANT: 'acme',
      ...secrets,
    },
  })
}

test('the task prepares the databases with secrets of its environment, and names a missing one', {
  timeout: 300_000,
}, async () => {
  const server = await ownPostgres()
  onTestFinished(() => server.stop())
  const secrets = Object.fromEntries(names.map((name) => [secretVariable(name), randomBytes(24).toString('hex')]))
  const { EMAIL_PASSWORD: password, EMAIL_OWNER_PASSWORD: ownerPassword } = secrets

  await prepare(server, secrets)

  const { host } = new URL(server.url)
  const url = (user: string, itsPassword = '') => `postgresql://${user}:${itsPassword}@${host}/email`
  expect(await query(url('email', password), 'select from emails')).toEqual([])
  const clientsUrl = server.url.replace(/\/[^/]*$/, '/enrollment')
  const found = await query(clientsUrl, 'select id, tenants from service_clients order by id')
  expect(found).toEqual(
    Object.keys(clients)
      .toSorted()
      .map((id) => ({ id, tenants: ['acme'] })),
  )

  // An app has its password beside the URL, because a secret store cannot put it in there.
  const migrate = (PGPASSWORD = '') =>
    run(process.execPath, ['apps/email-worker/dist/migrate.js'], {
      cwd: checkout,
      env: { MIGRATE_DATABASE_URL: url('email_owner').replace(':@', '@'), PGPASSWORD },
    })
  await expect(migrate(ownerPassword)).resolves.toBeDefined()
  await expect(migrate(password)).rejects.toThrow('password authentication failed')
  await expect(prepare(server, { ...secrets, WEB_CLIENT_SECRET: '' })).rejects.toThrow('WEB_CLIENT_SECRET')
})
