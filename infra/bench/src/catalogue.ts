import { isDeepStrictEqual } from 'node:util'
import { connect, startApp, startBare, type Target, targetOf } from './app-processes.ts'
import type { Comparison, Figure, Measured } from './benchmark.ts'
import { buildEntries, type Entry, entryTable, scatter, writeEntries, writeFloorEntries } from './entries.ts'
import type { Environment } from './environment.ts'
import { ask, type Call, inTurn, loadWarm } from './load.ts'
import { compareSearch } from './search.ts'

const CONNECTIONS = 50
const HOT = 10

/**
 * Compares the public's reads from a catalogue of 100,000 entries. Ours is distribution-service as it is deployed.
 */
export async function createCatalogueComparisons({ log }: Environment): Promise<Comparison[]> {
  const stack = await startApp('distribution-service', log)
  const distributions = await connect(stack.databases.distribution.migrateDatabaseUrl)
  const bare = await startBare(stack, { name: 'bare-catalogue', tables: entryTable, log })
  const ours = targetOf(stack, 'distribution-service')

  log('Filling the catalogue')
  const entries = buildEntries()
  await writeEntries(distributions, entries, stack.databases)
  await writeFloorEntries(bare.owner, entries, `${stack.urls.web}/courses/`)

  return [
    ...compareReads(ours, bare, entries),
    {
      ...compareSearch(ours, bare, entries),
      async close() {
        await distributions.end()
        await bare.stop()
        await stack.stop()
      },
    },
  ]
}

function compareReads(ours: Target, bare: Target, entries: Entry[]): Comparison[] {
  const hot = entries.slice(0, HOT)
  const nextHot = inTurn(hot, toRead)
  // No page is requested again while it may still be cached.
  const nextScattered = inTurn(scatter(entries), toRead)
  const nextEmpty = inTurn(hot, ({ slug }) => ({ ...toUnchanged(`"${'x'.repeat(43)}"`), path: `/empty/${slug}` }))

  async function readUnchanged(): Promise<Measured> {
    const calls = hot.map(async (entry) => {
      const { headers } = await ask(ours.url, toRead(entry).path)
      return { ...toRead(entry), ...toUnchanged(headers.get('etag') ?? '') }
    })
    const nextCall = inTurn(await Promise.all(calls), (call) => call)
    return read(ours, nextCall, 304)
  }

  const work = `GET /api/courses/:slug, ${CONNECTIONS} connections`
  const floorWork = 'bare Fastify route, one SELECT by a unique index, no logging'
  return [
    {
      work: `${work}, each entry for the first time in seconds`,
      floorWork,
      figures: throughput(0.8),
      async ours() {
        await expectSameAnswer(ours.url, bare.url, nextScattered().path)
        return read(ours, nextScattered)
      },
      floor: () => read(bare, nextScattered),
    },
    {
      work: `${work}, the same ${HOT} entries`,
      floorWork,
      figures: throughput(2.5),
      ours: () => read(ours, nextHot),
      floor: () => read(bare, nextHot),
    },
    {
      work: `${work}, If-None-Match → 304`,
      floorWork: 'bare Fastify route that answers an empty 304',
      figures: throughput(0.7),
      ours: readUnchanged,
      floor: () => read(bare, nextEmpty, 304),
    },
  ]
}

async function read(target: Target, nextCall: () => Call, status = 200): Promise<Measured> {
  const { perSecond, cpu } = await loadWarm(target, nextCall, { status, connections: CONNECTIONS })
  return { throughput: perSecond, ...cpu }
}

const toRead = ({ slug }: Entry): Call => ({ method: 'GET', path: `/api/courses/${slug}` })
const toUnchanged = (etag: string) => ({ method: 'GET' as const, headers: { 'if-none-match': etag } })
const throughput = (atLeast: number): Record<string, Figure> => ({ throughput: { unit: 'req/s', aim: { atLeast } } })

/** Makes sure that neither side sends more than the other. */
async function expectSameAnswer(ours: string, bare: string, path: string): Promise<void> {
  // A field that is null is as good as not sent: the floor need not know every optional one.
  const readAnswer = async (url: string) =>
    JSON.parse(await (await ask(url, path)).text(), (_, value) => (value === null ? undefined : value))
  const answers = [await readAnswer(ours), await readAnswer(bare)]
  if (!isDeepStrictEqual(answers[0], answers[1])) throw new Error(`${path} has two answers: ${JSON.stringify(answers)}`)
}
