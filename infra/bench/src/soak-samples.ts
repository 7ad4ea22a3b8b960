import { readdirSync, readFileSync } from 'node:fs'
import type { Base, Stack } from '@coursewire/local'
import { connect } from './app-processes.ts'

export interface Sample {
  processes: Record<string, { rssMiB: number; files: number }>
  connections: number
  /** The total of records that wait for a consumer. */
  lag: number
  outbox: number
}

/** Measures what must return to its initial value. */
export async function takeSample(stack: Stack): Promise<Sample> {
  const processes = Object.fromEntries(
    Object.entries(stack.apps).map(([name, { pid }]) => [name, { rssMiB: readRss(pid), files: countFiles(pid) }]),
  )
  const admin = await connect(stack.postgres.url)
  const { rows } = await admin.query<{ count: number }>(
    `SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  )
  await admin.end()
  return {
    processes,
    connections: rows[0]?.count ?? 0,
    lag: await readLag(stack),
    outbox: await countOutbox(stack),
  }
}

export async function readLag({ urls }: Base): Promise<number> {
  let lag = 0
  for (const url of [urls.enrollmentApi, urls.distributionService, urls.emailWorker]) {
    const text = await (await fetch(`${url}/metrics`)).text()
    for (const [, value] of text.matchAll(/^consumer_lag\{.*\} (\d+)/gm)) lag += Number(value)
  }
  return lag
}

export async function countOutbox({ databases }: Base): Promise<number> {
  let waiting = 0
  for (const { databaseUrl } of Object.values(databases)) {
    const client = await connect(databaseUrl)
    const { rows } = await client.query<{ count: number }>(
      'SELECT (SELECT count(*) FROM outbox)::int + (SELECT count(*) FROM outbox_parked)::int AS count',
    )
    waiting += rows[0]?.count ?? 0
    await client.end()
  }
  return waiting
}

function readRss(pid: number | undefined): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kilobytes) / 1024)
}

const countFiles = (pid: number | undefined): number => readdirSync(`/proc/${pid}/fd`).length
