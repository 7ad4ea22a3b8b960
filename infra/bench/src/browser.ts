import { tenant } from '@coursewire/product'
import { chromiumOptions } from '@coursewire/testing'
import { type Browser, type BrowserContext, chromium } from 'playwright-core'
import { connect } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { buildEntries, type Entry } from './entries.ts'
import type { Environment } from './environment.ts'
import { type Pages, startPages } from './pages.ts'
import { createStudents, emailOf, password } from './students.ts'

const COURSES = 1_000
const ENROLLED = 6
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true }
const slowness = { rate: 4 }
const bytesPerSecond = 9_000_000 / 8
const network = { offline: false, latency: 60, downloadThroughput: bytesPerSecond, uploadThroughput: bytesPerSecond }

/** Measures what pages cost a phone that has nothing in its cache. */
export async function createBrowserComparisons({ log }: Environment): Promise<Comparison[]> {
  if (chromiumOptions === null) {
    log('There is no chromium on the PATH, so nothing is measured in a browser')
    return []
  }
  const pages = await startPages(buildEntries(COURSES), log)
  const student = await createLearner(pages)
  const browser = await chromium.launch(chromiumOptions)
  const [course] = pages.entries as [Entry]

  const measure = (name: string, place: Place, { seconds, kb }: { seconds: number; kb: number }): Comparison => ({
    work: `${name} on a phone, nothing cached, CPU / ${slowness.rate}, 9 Mbit/s, ${network.latency} ms`,
    figures: {
      LCP: { unit: 's', aim: { oursAtMost: seconds } },
      CLS: { unit: '', aim: { oursAtMost: 0.02 } },
      JavaScript: { unit: 'KB gzip', aim: { oursAtMost: kb } },
    },
    ours: () => visit(browser, pages.urls.web, place),
  })
  const ofPublic = { seconds: 1.5, kb: 3 }
  const ofLearner = { seconds: 2, kb: 125 }
  return [
    measure('course page', { path: `/courses/${course.slug}`, heading: course.title }, ofPublic),
    measure('list of courses', { path: '/en/courses', heading: 'Courses' }, ofPublic),
    measure('sign-in', { path: '/app/sign-in', heading: 'Sign in' }, ofLearner),
    {
      ...measure(`a learner’s ${ENROLLED} courses`, { path: '/app', heading: 'Pick up', student }, ofLearner),
      async close() {
        await browser.close()
        await pages.stop()
      },
    },
  ]
}

interface Place {
  path: string
  /** How the page's heading begins. The page is there when it shows. */
  heading: string
  /** Who is signed in. */
  student?: string
}

/** Creates a student who takes part in courses of the catalogue. */
async function createLearner(pages: Pages): Promise<string> {
  const accounts = await connect(pages.databases.enrollment.migrateDatabaseUrl)
  const [student = ''] = await createStudents(pages, accounts, 1)
  await accounts.query(
    `INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status,
                              enrolled_at, created_at, updated_at)
     SELECT 'enr_' || gen_random_uuid(), $1, $2, course_id, 'free', 'manual', 'free', now(), now(), now()
     FROM unnest($3::text[]) AS course_id`,
    [tenant, student, pages.entries.slice(0, ENROLLED).map(({ course_id }) => course_id)],
  )
  await accounts.end()
  return student
}

async function signIn(context: BrowserContext, student: string): Promise<void> {
  const data = { email: emailOf(student), password }
  const answer = await context.request.post('/auth/signin', { data, headers: { 'x-coursewire': '1' } })
  if (!answer.ok()) throw new Error(`${answer.status()} from the sign-in`)
  // Pages know by this that there is a cookie.
  await context.addInitScript(`localStorage.setItem('coursewire.in', '1')`)
}

/** Opens a page as somebody who has never been there. */
async function visit(browser: Browser, web: string, { path, heading, student }: Place): Promise<Measured> {
  const context = await browser.newContext({ baseURL: web, locale: 'en-GB', ...phone })
  try {
    if (student !== undefined) await signIn(context, student)
    await context.addInitScript(`
      window.seen = { lcp: NaN, cls: 0 }
      const watch = (type, see) =>
        new PerformanceObserver((list) => list.getEntries().forEach(see)).observe({ type, buffered: true })
      watch('largest-contentful-paint', (entry) => { seen.lcp = entry.startTime })
      watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.cls += entry.value })`)
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.emulateNetworkConditions', network)
    await cdp.send('Emulation.setCPUThrottlingRate', slowness)
    await page.goto(path)
    await page.getByRole('heading', { level: 1, name: heading }).waitFor()
    await page.waitForLoadState('networkidle')
    // Not those that are loaded in advance, for the pages that may come next.
    const { lcp, cls, scripts } = await page.evaluate<{ lcp: number; cls: number; scripts: string[] }>(`({
      ...seen,
      scripts: performance.getEntriesByType('resource')
        .filter(({ name }) => name.endsWith('.js'))
        .filter(({ startTime }) => startTime < Math.max(seen.lcp, performance.getEntriesByType('navigation')[0].loadEventStart))
        .map(({ name }) => name),
    })`)
    const sizes = await Promise.all(scripts.map(readSize))
    return { LCP: lcp / 1_000, CLS: cls, JavaScript: sizes.reduce((sum, size) => sum + size, 0) / 1_024 }
  } finally {
    await context.close()
  }
}

/** The bytes of a script as gzip sends it. */
async function readSize(url: string): Promise<number> {
  const { headers, body } = await fetch(url, { headers: { 'accept-encoding': 'gzip' } })
  await body?.cancel()
  return Number(headers.get('content-length'))
}
