import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { chromiumOptions } from '@coursewire/testing'
import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { start } from './started.ts'

const desktop = { width: 1200, height: 800 }
const phone = { width: 360, height: 720 }

// The tests are compiled without browser types, so code that runs in the page is text.
// oxlint-disable-next-line typescript/no-implied-eval -- our own code, run in the browser
const inPage = <Result>(body: string) => new Function('element', body) as (element: unknown) => Result

const readOutline = inPage<string>('return getComputedStyle(element).outlineStyle')
const readColor = inPage<string>('return getComputedStyle(element).color')

/** Computes the contrast of an element's text by WCAG 2. */
const measureContrast = inPage<number>(`
  const channels = (color) => color.match(/[\\d.]+/g).map(Number)
  const luminance = (color) => {
    const [red, green, blue] = channels(color).map((value) => {
      const share = value / 255
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
    })
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
  }
  let ground = element
  while (channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement
  const [dark, light] = [getComputedStyle(element).color, getComputedStyle(ground).backgroundColor]
    .map(luminance)
    .sort((a, b) => a - b)
  return (light + 0.05) / (dark + 0.05)`)

/** Starts another site that records every visit. */
async function listenElsewhere() {
  const visits: string[] = []
  const server = createServer((request, response) => {
    visits.push(request.url ?? '')
    response.end()
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, visits }
}

describe('the inbox page', () => {
  let browser: Browser | undefined

  beforeEach((ctx) => {
    // In CI a missing browser is a failure, because nobody would notice the skip.
    if (!chromiumOptions && !process.env['CI']) ctx.skip('no chromium on PATH')
  })
  beforeAll(async () => {
    if (chromiumOptions) browser = await chromium.launch(chromiumOptions)
  })
  afterAll(() => browser?.close())

  async function openInbox({ viewport = desktop, mails = 0, hash = '' }) {
    if (!browser) throw new Error('no chromium on PATH')
    const aws = await start()
    const ids: string[] = []
    for (let number = 1; number <= mails; number++) {
      const Body = {
        Html: { Data: `<!doctype html><html><head></head><body><h1>Lesson ${number}</h1></body></html>` },
        Text: { Data: `Lesson ${number} in plain text` },
      }
      ids.push(await aws.sendMail({ Message: { Subject: { Data: `Mail ${number}` }, Body } }))
    }
    const page = await browser.newPage({ viewport })
    onTestFinished(() => page.close())
    await page.goto(`${aws.url}/${hash}`)
    await page
      .getByText(mails > 0 ? `Mail ${mails}` : 'No mail yet')
      .first()
      .waitFor()
    return { aws, page, ids }
  }

  const rows = (page: Page) => page.getByRole('navigation').getByRole('link')
  const focused = (page: Page) => page.locator(':focus')
  const heading = (page: Page) => page.getByRole('article').getByRole('heading', { level: 2 })

  test('an empty inbox says how to get the first mail, and shows it when it comes', async () => {
    const { aws, page } = await openInbox({ mails: 0 })
    expect(await page.getByText('AWS_ENDPOINT_URL_SES=').innerText()).toBe(`AWS_ENDPOINT_URL_SES=${aws.url}`)

    await aws.sendMail({ Source: '=?utf-8?B?SsO8cmdlbg==?= <j@coursewire.example>' })

    await rows(page).getByText('Welcome').waitFor()
    expect(await rows(page).innerText()).toMatch(/^anna@example.com\s+\d\d:\d\d.*\s+Welcome\s+Jürgen <j@coursewire/)
    expect(await page.getByText('No mail yet').isVisible()).toBe(false)
  })

  test('the newest mail is on top, even if it arrives while the page is open', async () => {
    const { aws, page } = await openInbox({ mails: 2 })

    await aws.sendMail()

    await rows(page).getByText('Welcome').waitFor()
    expect(await rows(page).locator('.subject').allInnerTexts()).toEqual(['Welcome', 'Mail 2', 'Mail 1'])
  })

  test('everything works with the keyboard: choose, open, switch views, next, back', async () => {
    const { page, ids } = await openInbox({ mails: 3 })

    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowUp')
    expect(await focused(page).innerText()).toContain('Mail 2')
    expect(await focused(page).evaluate(readOutline)).toBe('solid')

    await page.keyboard.press('Enter')
    await page.frameLocator('iframe').getByRole('heading', { name: 'Lesson 2' }).waitFor()
    expect(await focused(page).innerText()).toBe('Mail 2')
    expect(page.url()).toContain(`#${ids[1]}`)

    await page.keyboard.press('2')
    expect(await page.getByRole('tabpanel').innerText()).toBe('Lesson 2 in plain text')
    await page.keyboard.press('3')
    expect(await page.getByRole('tabpanel').innerText()).toMatch(/Subject: Mail 2[^]*Lesson 2 in plain[^]*<h1>Lesson 2/)
    await page.getByRole('tab', { name: 'Source' }).focus()
    await page.keyboard.press('ArrowRight')
    expect(await page.getByRole('tab', { selected: true }).innerText()).toBe('Mail')

    await page.keyboard.press('k')
    await page.frameLocator('iframe').getByRole('heading', { name: 'Lesson 3' }).waitFor()
    await page.keyboard.press('Escape')
    expect(await focused(page).innerText()).toContain('Mail 3')
    await page.getByRole('article').waitFor({ state: 'hidden' })
  })

  test('a link to a mail opens it, and the back button returns', async () => {
    const { page, ids } = await openInbox({ mails: 2 })

    await page.goto(`${page.url()}#${ids[0]}`)
    await page.frameLocator('iframe').getByRole('heading', { name: 'Lesson 1' }).waitFor()
    await page.reload()
    await page.frameLocator('iframe').getByRole('heading', { name: 'Lesson 1' }).waitFor()
    await page.goBack()
    await page.getByRole('article').waitFor({ state: 'hidden' })

    expect(await rows(page).count()).toBe(2)
  })

  test('a link to a mail that no longer exists leads to the list', async () => {
    const { page } = await openInbox({ mails: 1, hash: '#gone' })

    await page.waitForURL((url) => url.hash === '')

    expect(await page.getByRole('article').isVisible()).toBe(false)
  })

  test('a mail runs no script and loads nothing from elsewhere, framed or alone', async () => {
    const { aws, page } = await openInbox({ mails: 1 })
    const elsewhere = await listenElsewhere()
    const Data = `<img src="${elsewhere.url}/pixel"><img src="x" onerror="document.title='run'">
      <link rel="stylesheet" href="${elsewhere.url}/css"><script>document.title = 'run'</script>
      <p style="color: rgb(1, 2, 3)">Styled</p>`
    const id = await aws.sendMail({ Message: { Subject: { Data: 'Hostile <b>' }, Body: { Html: { Data } } } })

    await rows(page).getByText('Hostile <b>').click()
    const styled = page.frameLocator('iframe').getByText('Styled')
    expect(await styled.evaluate(readColor)).toBe('rgb(1, 2, 3)')
    expect(await page.title()).toBe('Hostile <b> · Inbox')
    await page.goto(`${aws.url}/_inbox/${id}/html`)
    expect(await page.title()).not.toBe('run')

    expect(elsewhere.visits).toEqual([])
  })

  test('a link in a mail opens in a new tab', async () => {
    const { aws, page } = await openInbox({ mails: 1 })
    const elsewhere = await listenElsewhere()
    const Data = `<html><head></head><body><a href="${elsewhere.url}/course">Start</a></body></html>`
    await aws.sendMail({ Message: { Subject: { Data: 'Button' }, Body: { Html: { Data } } } })
    await rows(page).getByText('Button').click()

    const [tab] = await Promise.all([
      page.context().waitForEvent('page'),
      page.frameLocator('iframe').getByRole('link', { name: 'Start' }).click(),
    ])

    await tab.waitForURL(`${elsewhere.url}/course`)
    expect(elsewhere.visits).toContain('/course')
    await tab.close()
  })

  test('on a phone the mail replaces the list until it is closed, and nothing scrolls sideways', async () => {
    const { aws, page } = await openInbox({ mails: 1, viewport: phone })
    await aws.sendMail({
      Destination: { ToAddresses: [`${'long'.repeat(15)}@example.com`] },
      Message: { Subject: { Data: 'W'.repeat(150) }, Body: { Text: { Data: 'x'.repeat(500) } } },
    })
    const sideways = () => page.evaluate('document.documentElement.scrollWidth - innerWidth')
    await rows(page).getByText('WWW').waitFor()
    expect(await sideways()).toBe(0)

    await rows(page).getByText('WWW').click()
    await heading(page).waitFor()
    expect(await rows(page).first().isVisible()).toBe(false)
    expect(await page.getByRole('tabpanel').innerText()).toMatch(/^x{500}$/)
    expect(await sideways()).toBe(0)

    await page.getByRole('link', { name: 'Inbox' }).click()
    await rows(page).first().waitFor()
    expect(await heading(page).isVisible()).toBe(false)
  })

  test('the text is readable in light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await openInbox({ mails: 1 })
      await page.emulateMedia({ colorScheme })

      for (const selector of ['.sender', 'time', '.subject', '.bar a', '.hint']) {
        const ratio = await page.locator(selector).first().evaluate(measureContrast)
        expect(ratio, `${selector}, ${colorScheme}`).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})
