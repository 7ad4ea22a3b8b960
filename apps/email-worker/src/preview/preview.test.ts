import { languages } from '@coursewire/events'
import { expect, onTestFinished, test } from 'vitest'
import { composeAll, examples } from './examples.ts'
import { startPreview } from './preview.tsx'

/** Gmail cuts longer mails off. */
const MAX_BYTES = 102_000

test('every mail in every language is short enough for Gmail, and says everything in both bodies', async () => {
  const mails = await composeAll()

  expect(mails).toHaveLength(Object.keys(examples).length * languages.length * 2)
  const tooLong = mails.filter(({ mail }) => Buffer.byteLength(mail.html) > MAX_BYTES)
  expect(tooLong.map(({ path }) => path)).toEqual([])
  const incomplete = mails.filter(({ mail: { subject, html, text } }) =>
    /undefined|null|NaN|\[object/.test(`${subject}${html}${text}`),
  )
  expect(incomplete.map(({ path }) => path)).toEqual([])
})

test('the preview shows each mail light, dark, on a phone and as text, on this machine alone', async () => {
  const preview = await startPreview({ port: 0 })
  const { url } = preview
  onTestFinished(() => preview.close())
  const read = async (path: string) => {
    const answer = await fetch(`${url}${path}`)
    return { status: answer.status, type: answer.headers.get('content-type'), body: await answer.text() }
  }

  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:/)
  const { body } = await read('/')
  const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link = '']) => link)
  expect(links).toContain('/welcome.de.rtl/course.ics')
  expect(new Set(await Promise.all(links.map(async (link) => (await read(link)).status)))).toEqual(new Set([200]))
  expect((await read('/welcome.en.ltr/dark')).body).toContain('@media all {')
  expect((await read('/welcome.en.ltr/text')).type).toBe('text/plain; charset=utf-8')
  expect(await read('/nothing')).toMatchObject({ status: 404 })
})
