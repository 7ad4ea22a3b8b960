import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { tagsOf } from './tags.ts'

// The golden examples of the contract.
const folder = new URL('../../../../packages/events/fixtures/', import.meta.url)
const examples = readdirSync(folder)
  .filter((name) => name.startsWith('distribution.'))
  .map((name) => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Parameters<typeof tagsOf>[0])

it('each event drops what shows the course, and counts drop nothing', () => {
  expect(Object.fromEntries(examples.map((event) => [event.type, tagsOf(event)]))).toMatchInlineSnapshot(`
    {
      "distribution.created": [
        "slug:brain_prod:alternativen-banken-privatpersonen",
      ],
      "distribution.deleted": [
        "dist_123abc",
        "course_456def",
        "slug:brain_prod:alternativen-banken-privatpersonen",
        "list:brain_prod:de",
        "list:brain_prod:en",
      ],
      "distribution.enrollment_clicked": [],
      "distribution.micro_niche_created": [
        "dist_789xyz",
        "dist_123abc",
        "slug:brain_prod:alternativen-banken-angestellte",
      ],
      "distribution.published": [
        "dist_123abc",
        "course_456def",
        "slug:brain_prod:alternativen-banken-privatpersonen",
        "list:brain_prod:de",
        "list:brain_prod:en",
      ],
      "distribution.unpublished": [
        "dist_123abc",
        "slug:brain_prod:alternativen-banken-privatpersonen",
        "list:brain_prod:de",
        "list:brain_prod:en",
      ],
      "distribution.updated": [
        "dist_123abc",
        "list:brain_prod:de",
        "list:brain_prod:en",
      ],
      "distribution.version_bumped": [
        "dist_123abc",
        "slug:brain_prod:alternativen-banken-privatpersonen",
        "list:brain_prod:de",
        "list:brain_prod:en",
      ],
      "distribution.viewed": [],
    }
  `)
})

it('a course that gets another name drops what both addresses show', () => {
  const event = {
    type: 'distribution.updated',
    meta: { tenant_id: 'acme' },
    payload: { distribution_id: 'dist_1', old_values: { slug: 'old' }, new_values: { slug: 'new' } },
  }

  expect(tagsOf(event)).toEqual(['dist_1', 'slug:acme:old', 'slug:acme:new', 'list:acme:de', 'list:acme:en'])
})

it.each(['language', 'listed', 'derived_from'])('a change of %s drops all pages of the course', (field) => {
  const updated = (fields: string[]) => ({
    type: 'distribution.updated',
    meta: { tenant_id: 'acme' },
    payload: { distribution_id: 'dist_1', course_id: 'course_1', updated_fields: fields },
  })

  expect(tagsOf(updated(['title', field]))).toContain('course_1')
  expect(tagsOf(updated(['title']))).not.toContain('course_1')
})

it.each([
  ['a, b', 'a%2C%20b'],
  ['größe', 'gr%C3%B6%C3%9Fe'],
  ['\ud800', '%EF%BF%BD'],
  ['x'.repeat(300), 'x'.repeat(256)],
])('the tag of the id %j is what the catalogue writes into a header', (id, tag) => {
  const event = { type: 'distribution.unpublished', meta: { tenant_id: 'acme' }, payload: { distribution_id: id } }

  expect(tagsOf(event)[0]).toBe(tag)
})

it('an event that is not as it should be drops what it names', () => {
  const event = { type: 'distribution.updated', meta: { tenant_id: 'acme' }, payload: { old_values: null } }

  expect(tagsOf(event)).toEqual(['list:acme:de', 'list:acme:en'])
})
