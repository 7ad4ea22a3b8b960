import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitFor } from '@coursewire/servers'
import { chromiumOptions } from '@coursewire/testing'
import axe from 'axe-core'
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  type Page,
} from 'playwright-core'
import { expect } from 'vitest'
import { createLearner, findMails, type Learner, tokenOf } from '../../src/journey.ts'
import type { Stack } from '../../src/stack.ts'

const desktop = { width: 1280, height: 860 }
const phone = { width: 390, height: 844 }
/** The colours do not depend on the width, and most rules depend on neither. */
const appearances = [
  { name: 'light', colorScheme: 'light', viewport: desktop, only: {} },
  {
    name: 'dark-phone',
    colorScheme: 'dark',
    viewport: phone,
    only: { runOnly: ['color-contrast', 'scrollable-region-focusable', 'target-size'] },
  },
] as const

const screenshots = fileURLToPath(new URL('../../../../.coursewire/screenshots', import.meta.url))

/** Why there are no browser tests; null if there is a browser. */
export const obstacle = chromiumOptions ? null : 'there is no chromium on the PATH'

/** A browser in front of the running product. */
export async function openStage(stack: Stack) {
  mkdirSync(screenshots, { recursive: true })
  const browser = await chromium.launch({
    ...chromiumOptions,
    // Pages come back from memory, as they do for people.
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  return {
    web: stack.urls.web,
    stack,
    visit: (options: BrowserContextOptions = {}) => visit(browser, stack, options),
    /** The path of the newest link that was mailed to somebody. */
    linkTo: async (learner: Learner): Promise<string> => {
      const mail = await waitFor(async () => (await findMails(stack, learner)).findLast(tokenOf), { timeoutMs: 30_000 })
      return /\/app\/[\w-]+#token=[\w-]+/.exec(mail.text)?.[0] ?? ''
    },
    close: () => browser.close(),
  }
}

export type Stage = Awaited<ReturnType<typeof openStage>>

/** A browser of somebody's own: no cookies, no storage. */
async function visit(browser: Browser, stack: Stack, options: BrowserContextOptions) {
  const context = await browser.newContext({ baseURL: stack.urls.web, viewport: desktop, locale: 'en-GB', ...options })
  context.setDefaultTimeout(20_000)
  const said: string[] = []
  context.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) said.push(message.text())
  })
  context.on('weberror', (error) => said.push(String(error.error())))
  return {
    context,
    page: await context.newPage(),
    /** What the console has said, but for the calls that were refused with one of these statuses, which browsers always report. */
    complaints: (...refused: number[]) =>
      said.filter(
        (text) => !refused.some((status) => text.includes(`the server responded with a status of ${status}`)),
      ),
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Expects that a page is accessible and fits, light on a desk and dark on a phone, and keeps its pictures. */
export async function expectGoodLook(page: Page, name: string): Promise<void> {
  for (const appearance of appearances) {
    await page.emulateMedia({ colorScheme: appearance.colorScheme, reducedMotion: 'reduce' })
    await page.setViewportSize(appearance.viewport)
    await page.screenshot({ path: join(screenshots, `${name}-${appearance.name}.png`), fullPage: true })
    expect(await findFaults(page, appearance.only), `${name}, ${appearance.name}`).toEqual([])
  }
  await page.setViewportSize(desktop)
}

const debuggers = new WeakMap<Page, Promise<CDPSession>>()

/** The debugger of a page. It stays, because going away it would take along that the page is offline. */
function debuggerOf(page: Page): Promise<CDPSession> {
  const found = debuggers.get(page) ?? page.context().newCDPSession(page)
  debuggers.set(page, found)
  return found
}

/** What axe finds, and what is wider than the window. The debugger brings axe in, because the policy of the pages refuses foreign scripts. */
async function findFaults(page: Page, only: { runOnly?: readonly string[] }): Promise<unknown[]> {
  const expression = `(async () => {
    if (!window.axe) { ${axe.source} }
    const { violations } = await axe.run({ resultTypes: ['violations'], ...${JSON.stringify(only)} })
    const isWide = document.documentElement.scrollWidth > innerWidth
    return [...violations.map(({ id, nodes }) => ({ id, at: nodes.map(({ html }) => html.slice(0, 200)) })), ...(isWide ? ['wide'] : [])]
  })()`
  return (await evaluate(page, expression)) as unknown[]
}

/** Evaluates an expression in a page through its debugger. */
export async function evaluate(page: Page, expression: string): Promise<unknown> {
  const { result, exceptionDetails } = await (await debuggerOf(page)).send('Runtime.evaluate', {
    expression,
    awaitPromise: true,
    returnByValue: true,
  })
  if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
  return result.value
}

/** Evaluates an expression that leaves the page, once the debugger has its answer. */
export async function leave(page: Page, expression: string): Promise<void> {
  await evaluate(page, `void setTimeout(() => ${expression})`)
}

/** Everything that a browser lets our pages find again: storages, cookies, and the addresses that this tab has been at. */
export async function readTraces(page: Page): Promise<string> {
  const traces = await page.evaluate(`(async () => JSON.stringify([
    { ...localStorage }, { ...sessionStorage }, document.cookie, history.state,
    await indexedDB.databases(), await caches.keys(), navigation.entries().map(({ url }) => url),
  ]))()`)
  return String(traces)
}

export async function signIn(page: Page, { email, password }: Learner): Promise<void> {
  // The page before it may have such fields as well.
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Waits for the home of a learner who has no course. */
export const atHome = (page: Page) => page.getByRole('heading', { name: 'No course here yet' }).waitFor()

/** A browser in which a new learner has just signed in. */
export async function enter(stage: Stage) {
  const learner = await createLearner(stage.stack)
  const visit = await stage.visit()
  await visit.page.goto('/app')
  await signIn(visit.page, learner)
  await atHome(visit.page)
  return { ...visit, learner }
}

/** Counts the calls of a path that a browser makes from now on. */
export function countCalls(context: BrowserContext, path: string): () => number {
  let calls = 0
  context.on('request', (request) => {
    if (new URL(request.url()).pathname === path) calls += 1
  })
  return () => calls
}
