import { createLogger } from '@coursewire/service-kit'
import { expect, it } from 'vitest'
import { createBatchedCdn } from './cdn.ts'

/** A CDN whose invalidations a test answers, and whose pauses take no time but are recorded. */
function startCdn() {
  const batches: string[][] = []
  const pauses: number[] = []
  const answers: (() => Promise<void>)[] = []
  const invalidate = async (items: string[]) => {
    batches.push(items)
    await answers.shift()?.()
  }
  const pause = async (ms: number) => void pauses.push(ms)
  const logger = createLogger({ service: 'test', level: 'silent' })
  return { batches, pauses, answers, ...createBatchedCdn(invalidate, logger, pause) }
}

it('what is forgotten at the same moment is sent together, each once', async () => {
  const { batches, forget, close } = startCdn()

  forget(['a', 'b'])
  forget(['b', 'c'])
  await close()

  expect(batches).toEqual([['#a', '#b', '#c']])
})

it('a batch that is refused is sent again after longer and longer pauses', async () => {
  const { batches, pauses, answers, forget } = startCdn()
  const refuse = () => Promise.reject(new Error('Rate exceeded'))
  const done = new Promise<void>((resolve) => {
    answers.push(refuse, refuse, async () => resolve())
  })

  forget(['a'])
  await done

  expect(batches).toEqual([['#a'], ['#a'], ['#a']])
  expect(pauses).toEqual([200, 1_000, 2_000])
})

it('what is forgotten again while it is being sent is sent once more', async () => {
  const { batches, answers, forget, close } = startCdn()
  answers.push(async () => forget(['a']))

  forget(['a'])
  await close()

  expect(batches).toEqual([['#a'], ['#a']])
})

it('a flood of tags becomes one call that forgets everything', async () => {
  const { batches, forget, close } = startCdn()

  forget(Array.from({ length: 10_001 }, (_, n) => `tag-${n}`))
  await close()

  expect(batches).toEqual([['/*']])
})

it('no batch has more than a thousand items', async () => {
  const { batches, forget, close } = startCdn()

  forget(Array.from({ length: 2_500 }, (_, n) => `tag-${n}`))
  await close()

  expect(batches.map((batch) => batch.length)).toEqual([1_000, 1_000, 500])
})

it('closing does not wait for a CDN that refuses', async () => {
  const { batches, answers, forget, close } = startCdn()
  answers.push(...Array.from({ length: 5 }, () => () => Promise.reject(new Error('down'))))

  forget(['a'])
  await close()

  expect(batches.length).toBeLessThanOrEqual(2)
})
