import type { AppStarter, Base } from '@coursewire/local'
import type { ServerProcess } from '@coursewire/servers'
import { connect, processesOf, startBare, startServers, type Target } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { buildEntries, type Entry, scatter, writeEntries } from './entries.ts'
import type { Environment } from './environment.ts'
import { readUsage } from './idle.ts'
import { measureInvalidation } from './invalidation.ts'
import { ask, type Call, inTurn, load, loadWarm } from './load.ts'
import { signTokens } from './students.ts'

const CONNECTIONS = 50
const HOT = 10
const MANY = 100_000
const FEW = 20_000
const encoding = { 'accept-encoding': 'br' }

/** web before a catalogue. */
export interface Pages extends Base, AppStarter {
  web: ServerProcess
  catalogue: ServerProcess
  entries: Entry[]
}

/** Starts web before a catalogue of these courses, with the apps that it needs. */
export async function startPages(entries: Entry[], log: (line: string) => void): Promise<Pages> {
  const base = await startServers(log)
  const [web, catalogue] = await Promise.all([
    base.startApp('web'),
    base.startApp('distribution-service'),
    base.startApp('enrollment-api'),
  ])
  log('Filling the catalogue')
  const distributions = await connect(base.databases.distribution.migrateDatabaseUrl)
  await writeEntries(distributions, entries, base.databases)
  await distributions.end()
  return { ...base, web, catalogue, entries }
}

/** Measures the pages of the catalogue. */
export async function createPageComparisons({ log }: Environment): Promise<Comparison[]> {
  const pages = await startPages(buildEntries(), log)
  return [
    await comparePagesInMemory(pages, log),
    await compareLoadedPages(pages),
    compareMemory(pages),
    measureSitemap(pages),
    // Comes last, because fewer pages are left.
    { ...(await measureInvalidation(pages)), close: () => pages.stop() },
  ]
}

async function comparePagesInMemory(pages: Pages, log: (line: string) => void): Promise<Comparison> {
  const hot = pages.entries.slice(0, HOT)
  const [{ path }] = hot.map(toPage) as [Call]
  const bare = await startBare(pages, {
    name: 'bare-page',
    environment: { PAGE_URL: pages.urls.web + path, ACCEPT_ENCODING: encoding['accept-encoding'] },
    log,
  })
  const nextPage = inTurn(hot, toPage)
  return {
    work: `GET /courses/:slug of web, ${CONNECTIONS} connections, the same ${HOT} pages`,
    floorWork: 'bare Fastify route that sends the same bytes and headers',
    figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.6 } } },
    ours: () => read(webOf(pages), nextPage),
    floor: () => read(bare, nextPage),
    close: () => bare.stop(),
  }
}

async function compareLoadedPages(pages: Pages): Promise<Comparison> {
  const { urls, catalogue, entries } = pages
  const [token = ''] = await signTokens(pages, ['web'], 'service')
  // No page is requested again while it may still be kept.
  const scattered = scatter(entries)
  const nextPage = inTurn(scattered, toPage)
  const nextAnswer = inTurn(scattered, ({ slug }) => ({
    method: 'GET',
    path: `/internal/pages/${slug}`,
    headers: { authorization: `Bearer ${token}` },
  }))
  return {
    work: `GET /courses/:slug of web, ${CONNECTIONS} connections, none of ${MANY.toLocaleString('en')} pages twice`,
    floorWork: 'the answer of distribution-service that the page is made of, from its database',
    figures: { throughput: { unit: 'req/s', aim: { atLeast: 0.35 } } },
    ours: () => read(webOf(pages), nextPage),
    floor: () => read({ url: urls.distributionService, processes: processesOf(pages, catalogue) }, nextAnswer),
  }
}

function webOf(pages: Pages): Target {
  return { url: pages.urls.web, processes: { ...processesOf(pages, pages.web), 'other apps': [pages.catalogue.pid] } }
}

async function read(target: Target, nextCall: () => Call): Promise<Measured> {
  const { perSecond, cpu } = await loadWarm(target, nextCall, { connections: CONNECTIONS })
  return { throughput: perSecond, ...cpu }
}

function compareMemory({ urls, web, entries }: Pages): Comparison {
  const scattered = scatter(entries)

  async function readAll(calls: number): Promise<Measured> {
    await web.stop()
    await web.restart()
    await load(urls.web, inTurn(scattered, toPage), { status: 200, connections: CONNECTIONS, calls })
    const { memoryBytes } = await readUsage(urls.web)
    return { memory: memoryBytes / 1e6 }
  }

  return {
    work: `web after ${MANY.toLocaleString('en')} different pages`,
    floorWork: `the same after ${FEW.toLocaleString('en')}`,
    figures: { memory: { unit: 'MB', aim: { atMost: 1.2 } } },
    isMeasuredOnce: true,
    ours: () => readAll(MANY),
    floor: () => readAll(FEW),
  }
}

function measureSitemap({ urls, web, entries }: Pages): Comparison {
  const apps = Object.entries({ web: urls.web, 'distribution-service': urls.distributionService })
  const readCpu = () => Promise.all(apps.map(async ([, url]) => (await readUsage(url)).cpuSeconds))

  return {
    work: `sitemap of ${entries.length.toLocaleString('en')} courses, its index and all parts`,
    figures: {
      'CPU of web': { unit: 's', aim: { oursAtMost: 1 } },
      'CPU of distribution-service': { unit: 's', aim: null },
    },
    async ours() {
      // It keeps a sitemap for a minute.
      await web.stop()
      await web.restart()
      const before = await readCpu()
      const index = await (await ask(urls.web, '/sitemap.xml')).text()
      let count = 0
      for (const [, address = ''] of index.matchAll(/<loc>(.*?)<\/loc>/g)) {
        const part = await (await ask(urls.web, new URL(address).pathname)).text()
        count += part.split('<url>').length - 1
      }
      if (count !== entries.length) throw new Error(`The sitemap has ${count} pages`)
      const after = await readCpu()
      return Object.fromEntries(apps.map(([app], at) => [`CPU of ${app}`, (after[at] ?? 0) - (before[at] ?? 0)]))
    },
  }
}

const toPage = ({ slug }: Entry): Call => ({ method: 'GET', path: `/courses/${slug}`, headers: encoding })
