import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { postgresVersion } from '@coursewire/postgres'
import pg from 'pg'
import { type Certificates, createCertificates } from './certificates.ts'
import { keepText, openDirectory } from './directories.ts'
import { findPostgresBinaries, findReachable, handOver, postgresUser } from './embedded-postgres-files.ts'
import { startGuard } from './guard.ts'
import { findFreePort } from './ports.ts'
import { runProgram } from './run-program.ts'
import type { PostgresOptions, PostgresServer, WithLog } from './server.ts'
import { startServerProcess } from './server-process.ts'

/** Starts PostgreSQL from the binaries that npm installs, as a child of this process. */
export async function startEmbeddedPostgres(options: WithLog<PostgresOptions>): Promise<PostgresServer> {
  const { dataDir, durable = false, tracer = [], requiresTls = false, log } = options
  const native = await findPostgresBinaries()
  const opened = openDirectory(dataDir && findReachable(dataDir))
  startGuard(opened, 'QUIT')
  const { directory } = opened
  const data = join(directory, 'data')
  const passwordFile = join(directory, 'superuser-password')
  const password = keepText(passwordFile, () => randomBytes(24).toString('base64url'))
  handOver(passwordFile)
  if (!existsSync(data)) await createCluster(native, data, passwordFile, durable)

  const port = await findFreePort(options.port, log)
  const certificates = requiresTls ? await createCertificates(directory) : null
  const address = certificates
    ? `localhost:${port}/postgres?sslmode=verify-full&sslrootcert=${encodeURIComponent(certificates.ca)}`
    : `127.0.0.1:${port}/postgres`
  const url = `postgresql://postgres:${password}@${address}`
  const settings = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 300,
    // Without fsync a crash of the machine can lose commits, but a crash of the server cannot. That is enough for tests.
    ...(durable ? {} : { fsync: 'off', full_page_writes: 'off' }),
    ...(certificates && tlsSettings(directory, certificates)),
  }
  const parameters = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const [command = '', ...args] = [...tracer, join(native, 'bin/postgres'), '-D', data, ...parameters]
  const server = await startServerProcess({
    name: 'PostgreSQL',
    directory,
    command,
    args,
    user: postgresUser,
    port,
    stopSignal: 'SIGINT',
    isReady: () => acceptsConnections(url),
    log,
  })

  return {
    provider: 'embedded',
    description: `PostgreSQL ${postgresVersion}, embedded, on 127.0.0.1:${port}${durable ? '' : ' (fsync off)'}`,
    url,
    get pid() {
      return server.pid
    },
    stop: server.stop,
    kill: server.kill,
    restart: server.restart,
  }
}

/** Lets clients in over TLS alone. */
function tlsSettings(directory: string, { certificate, key }: Certificates): Record<string, string> {
  const rules = join(directory, 'pg_hba.conf')
  writeFileSync(rules, 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
  for (const file of [rules, certificate, key]) handOver(file)
  return { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key, hba_file: rules }
}

async function createCluster(native: string, data: string, passwordFile: string, durable: boolean): Promise<void> {
  const draft = `${data}-draft`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  handOver(draft)
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C']
  const superuser = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`]
  await runProgram(
    join(native, 'bin/initdb'),
    ['-D', draft, ...locale, ...superuser, ...(durable ? [] : ['--no-sync'])],
    { ...postgresUser, cwd: '/', env: { ...process.env, TZ: 'UTC' } },
  )
  // An interrupted initdb must not look like a cluster.
  renameSync(draft, data)
}

/** Whether the server accepts a connection with `url` now. */
export async function acceptsConnections(url: string): Promise<boolean> {
  // A server that accepts a connection but stays silent is not PostgreSQL.
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 })
  // A connection that the server closes is also reported as an event.
  client.on('error', () => {})
  try {
    await client.connect()
    await client.query('select 1')
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => {})
  }
}
