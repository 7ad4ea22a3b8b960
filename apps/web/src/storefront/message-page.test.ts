import { expect, it } from 'vitest'
import { assets, site } from '../../test/examples.ts'
import { openPage } from '../../test/html.ts'
import { renderMessage } from './message-page.tsx'

it.each([
  ['not-found', 'de', 'Diese Seite gibt es nicht'],
  ['not-found', 'en', 'There is no such page'],
  ['gone', 'de', 'Diesen Kurs gibt es nicht mehr'],
  ['gone', 'en', 'This course is no longer offered'],
  ['unavailable', 'de', 'Gerade geht es nicht'],
  ['unavailable', 'en', 'Not possible right now'],
] as const)('a page that is %s says so in %s, and leads to the courses', (kind, language, title) => {
  const page = openPage(renderMessage({ kind, language, site, assets }))

  expect(page.texts('h1')).toEqual([title])
  expect(page.values('html', 'lang')).toEqual([language])
  expect(page.values('a', 'href')).toContain(`/${language}/courses`)
  expect(page.values('form', 'action')).toEqual([`/${language}/courses`])
  expect(page.values('meta', 'content', { name: 'robots' })).toEqual(['noindex'])
})
