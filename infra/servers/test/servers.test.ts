import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import {
  findFreePort,
  ownKafka,
  ownPostgres,
  startKafka,
  startPostgres,
  startServerProcess,
  waitFor,
} from '../src/index.ts'
import { isBrokerReady } from '../src/kafka-probe.ts'
import { isRunning, sendSignal } from '../src/processes.ts'
import { query } from '../src/query.ts'

let directory: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'servers-test-'))
  chmodSync(directory, 0o755)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))
afterEach(() => void vi.unstubAllEnvs())

/** Never Docker, even if that is requested, because these tests are about our own directories and processes. */
function startEmbedded(options: Parameters<typeof startPostgres>[0]) {
  vi.stubEnv('COURSEWIRE_PROVIDER', 'embedded')
  return startPostgres({ ...options, order: ['embedded'] })
}

test('a PostgreSQL that is killed or stopped and restarted keeps its address and its commits', async () => {
  const server = await ownPostgres()
  await query(server.url, 'create table kept as select 1 as id')

  for (const way of ['kill', 'stop'] as const) {
    await server[way]()

    await expect(query(server.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    expect(await query(server.url, 'select id from kept')).toEqual([{ id: 1 }])
  }
  await server.stop()
})

test('a Kafka that is killed and restarted is back at its address', async () => {
  const server = await ownKafka()
  const { hostname, port } = new URL(`kafka://${server.brokers[0]}`)

  await server.kill()

  expect(await isBrokerReady(hostname, Number(port))).toBe(false)
  await server.restart()
  expect(await isBrokerReady(hostname, Number(port))).toBe(true)
  await server.stop()
})

test('the servers of a process end with it, even if it is killed with -9', async () => {
  const script = fileURLToPath(new URL('owner.ts', import.meta.url))
  const owner = spawn('node', ['--import', 'tsx', script, directory], {
    env: { ...process.env, COURSEWIRE_PROVIDER: 'embedded' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [kafka] = await once(owner.stdout.setEncoding('utf8'), 'data')
  const servers = [Number(kafka), Number(readFileSync(join(directory, 'postgres/pid'), 'utf8'))]
  expect(servers.map((id) => isRunning(id))).toEqual([true, true])

  owner.kill('SIGKILL')

  await waitFor(() => !servers.some((id) => isRunning(id)), { message: 'both servers to end' })
})

test('a server that an earlier run left behind in a directory is ended at the next start', async () => {
  const dataDir = mkdtempSync(join(directory, 'stale-'))
  const stale = spawn('node', ['-e', 'setInterval(() => {}, 60_000)', dataDir])
  writeFileSync(join(dataDir, 'pid'), String(stale.pid))

  const server = await startEmbedded({ dataDir })

  expect(stale.signalCode).toBe('SIGKILL')
  await server.stop()
})

test('a process that merely has the id of an earlier one is left alone', async () => {
  const dataDir = mkdtempSync(join(directory, 'reused-'))
  const stranger = spawn('node', ['-e', 'setInterval(() => {}, 60_000)'])
  writeFileSync(join(dataDir, 'pid'), String(stranger.pid))

  const server = await startEmbedded({ dataDir })

  expect(stranger.signalCode).toBeNull()
  sendSignal(Number(stranger.pid), 'SIGKILL')
  await server.stop()
})

test('data in a directory that only its owner can enter is found again, and is deleted with that directory', async () => {
  const privateDirectory = join(directory, 'private')
  mkdirSync(privateDirectory, { mode: 0o700 })
  const dataDir = join(privateDirectory, 'data')
  const findTables = async () => {
    const server = await startEmbedded({ dataDir })
    const tables = await query(server.url, `select from pg_tables where tablename = 'kept'`)
    await query(server.url, 'create table if not exists kept (id integer)')
    await server.stop()
    return tables.length
  }

  expect([await findTables(), await findTables()]).toEqual([0, 1])
  const place = realpathSync(dataDir)
  rmSync(dataDir, { recursive: true })
  expect(await findTables()).toBe(0)
  rmSync(place, { recursive: true })
})

test('a taken port is replaced by another one, which is logged', async () => {
  const squatter = createServer().listen(0, '127.0.0.1')
  await once(squatter, 'listening')
  const { port } = squatter.address() as { port: number }
  const lines: string[] = []

  const server = await startEmbedded({ port, log: (line) => lines.push(line) })

  expect(new URL(server.url).port).not.toBe(String(port))
  expect(lines).toContain(`Port ${port} is taken: using ${new URL(server.url).port}`)
  await server.stop()
  squatter.close()
})

test('a port that one process has taken is kept from all others until it ends, listening or not', async () => {
  const script = fileURLToPath(new URL('port-keeper.ts', import.meta.url))
  const keeper = spawn('node', ['--import', 'tsx', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const port = Number(await once(keeper.stdout, 'data'))

  expect(await findFreePort(port)).not.toBe(port)

  keeper.kill('SIGKILL')
  await waitFor(async () => (await findFreePort(port)) === port, { message: 'the port to be free again' })
})

test('a server is not ready just because another process answers at its port', async () => {
  const stranger = createServer().listen(0, '127.0.0.1')
  await once(stranger, 'listening')
  const { port } = stranger.address() as { port: number }
  const serverDirectory = mkdtempSync(join(directory, 'taken-'))
  const listen = `require('node:net').createServer().listen(${port}, '127.0.0.1')`

  const starting = startServerProcess({
    name: 'the server',
    directory: serverDirectory,
    command: process.execPath,
    args: ['-e', listen, serverDirectory],
    port,
    stopSignal: 'SIGTERM',
    isReady: async () => true,
    log: () => {},
  })

  await expect(starting).rejects.toThrow(/the server ended at its start.*EADDRINUSE/s)
  stranger.close()
})

test('a server that ends by itself is reported, and one that is stopped or killed is not', async () => {
  const serverDirectory = mkdtempSync(join(directory, 'ending-'))
  const port = await findFreePort()
  const lines: string[] = []
  const server = await startServerProcess({
    name: 'the server',
    directory: serverDirectory,
    command: process.execPath,
    args: ['-e', `require('node:net').createServer().listen(${port}, '127.0.0.1')`, serverDirectory],
    port,
    stopSignal: 'SIGTERM',
    isReady: async () => true,
    log: (line) => lines.push(line),
  })
  const told = () => lines.filter((line) => line.includes('has ended'))

  await server.restart()
  await server.kill()
  expect(told()).toEqual([])

  await server.restart()
  sendSignal(Number(server.pid), 'SIGABRT')
  await waitFor(() => told().length > 0)
  expect(told()).toEqual([`the server has ended by itself (SIGABRT): see ${join(serverDirectory, 'server.log')}`])
})

test('an unknown provider is named', async () => {
  vi.stubEnv('COURSEWIRE_PROVIDER', 'podman')

  await expect(startPostgres({ order: ['docker', 'embedded'] })).rejects.toThrow(
    'COURSEWIRE_PROVIDER is podman, and can only be docker, embedded here',
  )
})

test('servers work in a folder with any name, in a locale without umlauts', async () => {
  vi.stubEnv('LC_ALL', 'C')
  const folder = join(directory, 'Käse, 100 % {Bio} #1 \\ alt')
  const order = ['embedded'] as const

  const [postgres, kafka] = await Promise.all([
    startEmbedded({ dataDir: join(folder, 'postgres') }),
    startKafka({ dataDir: join(folder, 'kafka'), order }),
  ])

  expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
  expect(readdirSync(join(folder, 'kafka/data'))).toContain('meta.properties')
  await kafka.restart()
  await Promise.all([postgres.stop(), kafka.stop()])
})

test('a given server is neither killed nor restarted', async () => {
  const own = await ownPostgres()
  process.env['COURSEWIRE_POSTGRES_URL'] = own.url

  const given = await startPostgres()

  expect(given).toMatchObject({ provider: 'given', url: own.url })
  await expect(given.kill()).rejects.toThrow('not ours')
  await given.stop()
  expect(await query(own.url, 'select 1 as one')).toEqual([{ one: 1 }])
  delete process.env['COURSEWIRE_POSTGRES_URL']
  await own.stop()
})
