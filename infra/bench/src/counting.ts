import { setTimeout as sleep } from 'node:timers/promises'
import { waitFor } from '@coursewire/servers'
import type pg from 'pg'
import { connect, startApp, startBare, type Target, targetOf } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { buildEntries, type Entry, writeEntries } from './entries.ts'
import type { Environment } from './environment.ts'
import { type Call, inTurn, loadWarm } from './load.ts'
import { holdRelays } from './relays.ts'

const CONNECTIONS = 50
const HOT = 100
/** Longer than views stay in memory. */
const QUIET_MS = 1_500
/** So many that no visitor reaches a request limit. */
const VISITORS = 50_000

const countTable = `
  CREATE TABLE counts (
    tenant_id text NOT NULL,
    slug text NOT NULL,
    id text NOT NULL,
    clicks bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, slug)
  )`

const browser = {
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  referer: 'https://www.google.com/',
}

/** Compares views and clicks on 100 entries, each by a new visitor. Ours sends its events, as in a deployment. */
export async function createCountingComparisons({ log }: Environment): Promise<Comparison[]> {
  const stack = await startApp('distribution-service', log, { environment: { TRUST_PROXY: '127.0.0.1' } })
  const distributions = await connect(stack.databases.distribution.migrateDatabaseUrl)
  const bare = await startBare(stack, { name: 'bare-catalogue', tables: countTable, log })
  const hot = buildEntries(HOT)
  await writeEntries(distributions, hot, stack.databases)
  await bare.owner.query(
    'INSERT INTO counts (tenant_id, slug, id) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])',
    [hot.map(({ tenant_id }) => tenant_id), hot.map(({ slug }) => slug), hot.map(({ id }) => id)],
  )

  const ours: Side = { ...targetOf(stack, 'distribution-service'), client: distributions }
  const floor: Side = { ...bare, client: bare.owner }
  const view = fromVisitors(inTurn(hot, toView))
  const click = fromVisitors(inTurn(hot, toClick))

  async function count(side: Side, nextCall: () => Call, column: string): Promise<Measured> {
    const { client } = side
    const before = await readTotal(client, column)
    const { answers, perSecond, cpu } = await loadWarm(side, nextCall, { status: 202, connections: CONNECTIONS })
    await expectTotal(client, column, before + answers)
    return { throughput: perSecond, ...cpu }
  }

  async function countOurs(nextCall: () => Call, column: string): Promise<Measured> {
    const measured = await count(ours, nextCall, column)
    // Remaining events must not be sent while the floor is measured.
    const isTold = async () => (await distributions.query('SELECT FROM outbox LIMIT 1')).rowCount === 0
    await waitFor(isTold, { timeoutMs: 120_000 })
    return measured
  }

  async function clickHeld(): Promise<Measured> {
    const release = await holdRelays(stack, 'distribution')
    const measured = await count(ours, click, 'clicks')
    await distributions.query('TRUNCATE outbox')
    await release()
    return measured
  }

  async function clickFloor(): Promise<Measured> {
    await bare.owner.query('TRUNCATE outbox')
    return count(floor, click, 'clicks')
  }

  const describeClicks = (relays: string, atLeast: number, measure: () => Promise<Measured>): Comparison => ({
    work: `POST /api/courses/:slug/enrollment-clicks, ${CONNECTIONS} connections, ${relays}`,
    floorWork: 'bare Fastify route, count and event in one statement, no logging',
    figures: { throughput: { unit: 'req/s', aim: { atLeast } } },
    ours: measure,
    floor: clickFloor,
  })
  return [
    {
      work: `POST /api/courses/:slug/views, ${CONNECTIONS} connections`,
      floorWork: 'bare Fastify route that answers an empty 202',
      figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.6 } } },
      ours: () => countOurs(view, 'views'),
      async floor() {
        const { perSecond, cpu } = await loadWarm(bare, view, { status: 202, connections: CONNECTIONS })
        return { throughput: perSecond, ...cpu }
      },
    },
    describeClicks('relays held', 0.85, clickHeld),
    {
      ...describeClicks('with the relay', 0.4, () => countOurs(click, 'clicks')),
      isWarm: true,
      async close() {
        await distributions.end()
        await bare.stop()
        await stack.stop()
      },
    },
  ]
}

interface Side extends Target {
  client: pg.Client
}

const toView = ({ slug }: Entry): Call => ({ method: 'POST', path: `/api/courses/${slug}/views`, headers: browser })

const toClick = ({ slug }: Entry): Call => ({
  method: 'POST',
  path: `/api/courses/${slug}/enrollment-clicks`,
  headers: { ...browser, 'content-type': 'application/json' },
  body: JSON.stringify({ ctaType: 'primary_button' }),
})

function fromVisitors(nextCall: () => Call): () => Call {
  let count = 0
  return () => {
    const call = nextCall()
    const visitor = count++ % VISITORS
    const address = `10.0.${visitor >> 8}.${visitor & 255}`
    return { ...call, headers: { ...call.headers, 'x-forwarded-for': address } }
  }
}

async function readTotal(client: pg.Client, column: string): Promise<number> {
  const { rows } = await client.query<{ total: string | null }>(`SELECT sum(${column}) AS total FROM counts`)
  return Number(rows[0]?.total ?? 0)
}

/** Requests in progress at the end of the two loads may or may not have been counted. Nothing else may differ. */
async function expectTotal(client: pg.Client, column: string, answered: number): Promise<void> {
  let total = -1
  for (let now = await readTotal(client, column); now !== total; now = await readTotal(client, column)) {
    total = now
    await sleep(QUIET_MS)
  }
  if (total < answered || total > answered + 2 * CONNECTIONS) {
    throw new Error(`The ${column} are ${total}, and should be ${answered}`)
  }
}
