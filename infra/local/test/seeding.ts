import { courseGenerationCompleted } from '@coursewire/events'
import { publishRecords } from '@coursewire/messaging'
import { runHere } from '@coursewire/operations'
import { createSeed, type Entry, imagineCourse, seedCatalogue } from '@coursewire/seed'
import { waitFor } from '@coursewire/servers'
import { buildGeneration, callApi, type Editor } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import type { Stack } from '../src/stack.ts'

/** Defines tests that seed the running product. */
export function describeSeed(getProduct: () => { stack: Stack; editor: Editor }): void {
  function seed(courses: number) {
    const { stack, editor } = getProduct()
    const target = { kafka: stack.kafka.brokers[0] ?? '', distributionService: stack.urls.distributionService, editor }
    return runHere((terminal) => createSeed({ ...terminal, target }), {}, ['--courses', String(courses)])
  }

  async function list(): Promise<Entry[]> {
    const { stack, editor } = getProduct()
    const url = `${stack.urls.distributionService}/api/distributions?limit=100`
    return (await editor.call<{ items: Entry[] }>(url)).items
  }

  const listSeeded = async () => (await list()).filter(({ courseId }) => courseId.startsWith('seed-'))

  async function countEvents(): Promise<number> {
    const admin = getProduct().stack.kafkaClient.admin()
    await admin.connect()
    const ends = await admin.fetchTopicOffsets(courseGenerationCompleted.topic)
    await admin.disconnect()
    return ends.reduce((sum, { high }) => sum + Number(high), 0)
  }

  describe('seed', () => {
    it('makes courses public, and changes nothing when it is repeated', async () => {
      const { stack } = getProduct()

      const first = await seed(20)
      const [entries, events] = [await listSeeded(), await countEvents()]
      const second = await seed(20)

      expect(first).toMatchObject({ code: 0, out: expect.stringMatching(/^20 courses are public, 20 of them new: /) })
      expect(entries.map(({ visibility }) => visibility)).toEqual(Array(20).fill('public'))
      expect(second).toMatchObject({ code: 0, out: expect.stringMatching(/^20 courses are public, none of them new /) })
      expect([await listSeeded(), await countEvents()]).toEqual([entries, events])
      const { items } = await callApi<{ items: { courseId: string; title: string }[] }>(
        `${stack.urls.distributionService}/api/courses?limit=100`,
      )
      expect(items).toContainEqual(expect.objectContaining({ courseId: 'seed-000020', title: imagineCourse(19).title }))
    })

    it('continues as long as courses are created, even if all sent courses exist', async () => {
      const { stack, editor } = getProduct()
      const eventsBefore = await countEvents()
      const entriesBefore = (await listSeeded()).length
      let time = 0
      const slow: Editor = {
        // Before each look at the newest, all sent courses exist, and more time has passed than the wait for the first one.
        async call(url, options) {
          if (url.endsWith('?limit=100')) {
            const made = (await countEvents()) - eventsBefore
            await waitFor(async () => (await listSeeded()).length === entriesBefore + made)
            time += 3_600_000
          }
          return editor.call(url, options)
        },
      }
      const progress = { read: 0, readAt: null, published: 0, foundPublic: 0 }
      const { kafkaClient, urls } = stack
      const product = { kafkaClient, distributionService: urls.distributionService, editor: slow }

      await seedCatalogue(product, 60, progress, { chunk: 10, now: () => time })

      expect(progress).toMatchObject({ published: 40, foundPublic: 20 })
    })

    it('publishes what an earlier seed has left unpublished, and nothing else', async () => {
      const { stack, editor } = getProduct()
      const url = `${stack.urls.distributionService}/api/distributions`
      const [takenBack] = await listSeeded()
      await editor.call(`${url}/${takenBack?.id}/unpublish`, { body: { reason: 'not for now' } })
      const draft = { courseId: 'own', title: 'Own', language: 'en' }
      const own = await editor.call<Entry>(url, { body: draft })
      const left = imagineCourse(60)
      await publishRecords(stack.kafkaClient, [buildGeneration(left)])
      await waitFor(async () => (await list()).some(({ courseId }) => courseId === left.course_id))
      const events = await countEvents()

      const { code, out, err } = await seed(62)

      expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^61 courses are public, 2 of them new: /) })
      expect(err).toContain('1 of the courses stays private')
      expect(await countEvents()).toBe(events + 1)
      const stayPrivate = (await list()).filter(({ visibility }) => visibility === 'private')
      expect(stayPrivate.map(({ id }) => id)).toEqual([own.id, takenBack?.id])
    })
  })
}
