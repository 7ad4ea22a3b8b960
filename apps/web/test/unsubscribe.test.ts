import { expect, it } from 'vitest'
import { startService, startWeb } from './helpers.ts'
import { openPage } from './html.ts'

/** Starts the pages before an enrollment-api that answers with this status. */
async function startWith(status: number) {
  const accounts = await startService(() => ({ status }))
  return { accounts, ...(await startWeb({ accounts })) }
}
const post = { method: 'POST' } as const
const form = 'application/x-www-form-urlencoded'
const path = '/unsubscribe/7QmX-a_token'

it.each([
  ['en', 'No more of these mails?', 'Unsubscribe'],
  ['de', 'Keine solchen Mails mehr?', 'Abbestellen'],
])('opening the link to unsubscribe asks in the language %s, and changes nothing', async (language, title, button) => {
  const { accounts, get } = await startWith(204)

  const answer = await get(path, { 'accept-language': language })

  expect(answer.statusCode).toBe(200)
  const page = openPage(answer.body)
  expect(page.texts('h1')).toEqual([title])
  expect(page.attributes('form')).toEqual([{ method: 'post' }])
  expect(page.texts('button', { type: 'submit' })).toEqual([button])
  expect(page.values('meta', 'content', { name: 'robots' })).toEqual(['noindex'])
  expect(accounts.calls).toEqual([])
})

it('the page keeps its address to itself', async () => {
  const { get, lines } = await startWith(204)

  const answers = [await get(path), await get(path, {}, post)]

  for (const { headers, body } of answers) {
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' })
    expect(body).not.toContain('7QmX')
  }
  expect(lines.join('')).not.toContain('7QmX')
})

it.each([
  ['the button', { 'content-type': form }, ''],
  ['one click in a mail program', { 'content-type': form }, 'List-Unsubscribe=One-Click'],
  [
    'one click with a form in parts',
    { 'content-type': 'multipart/form-data; boundary=x' },
    '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n',
  ],
  ['a program that sends nothing', {}, undefined],
])('%s unsubscribes without cookies or a script', async (_, headers, payload) => {
  const { accounts, get } = await startWith(204)

  const answer = await get(path, headers, { ...post, ...(payload !== undefined && { payload }) })

  expect(answer.statusCode).toBe(200)
  expect(openPage(answer.body).texts('h1')).toEqual(['Unsubscribed'])
  expect(accounts.calls).toMatchObject([
    {
      method: 'POST',
      path: '/api/subscriptions/unsubscribe',
      body: JSON.stringify({ token: '7QmX-a_token' }),
      headers: { 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'learn.example.org' },
    },
  ])
})

it.each([410, 400])('a link that is refused with %i is not complete', async (status) => {
  const { get } = await startWith(status)

  const answer = await get(path, {}, post)

  expect(answer.statusCode).toBe(410)
  expect(openPage(answer.body).texts('h1')).toEqual(['This link is not complete'])
})

it.each([429, 500, 503])('whoever is answered with %i is asked to come back', async (status) => {
  const { get } = await startWith(status)

  const answer = await get(path, {}, post)

  expect(answer.statusCode).toBe(503)
  expect(openPage(answer.body).texts('h1')).toEqual(['Not possible right now'])
})

it('nobody is told that they are unsubscribed while the service is away', async () => {
  const { get, lines } = await startWeb({ accounts: { url: 'http://127.0.0.1:9' } })

  expect((await get(path, {}, post)).statusCode).toBe(503)
  expect(lines.join('')).not.toContain('7QmX')
})
