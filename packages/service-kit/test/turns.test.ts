import { expect, it } from 'vitest'
import { createTurns } from '../src/index.ts'
import { withResolvers } from './helpers.ts'

/** Starts turns that a test takes by name and ends one after the other. */
function startTurns(limits: { concurrent?: number; maxWaiting?: number; maxWaitingEach?: number } = {}) {
  const takeTurn = createTurns({ concurrent: 1, maxWaiting: 10, maxWaitingEach: 4, ...limits })
  const begun: string[] = []
  const ends: (() => void)[] = []
  return {
    begun,
    ask: async (owner: string, lane = 'lane') => {
      await takeTurn({ lane, owner }, async () => {
        const { promise, resolve } = withResolvers()
        begun.push(`${lane}/${owner}`)
        ends.push(resolve)
        await promise
      })
    },
    endAll: async () => {
      for (let next = ends.shift(); next; next = ends.shift()) {
        next()
        await new Promise(setImmediate)
      }
    },
  }
}

it('an owner with many requests delays only its own', async () => {
  const { ask, begun, endAll } = startTurns()

  const all = Promise.all([ask('a'), ask('a'), ask('a'), ask('a'), ask('b'), ask('c'), ask('b')])
  await endAll()
  await all

  expect(begun).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a'].map((owner) => `lane/${owner}`))
})

it('lanes take turns, however many requests wait in one', async () => {
  const { ask, begun, endAll } = startTurns()

  const strangers = ['a', 'b', 'c', 'd'].map((owner) => ask(owner, 'strangers'))
  const all = Promise.all([...strangers, ask('x', 'known'), ask('y', 'known')])
  await endAll()
  await all

  expect(begun.map((name) => name.replace(/.*\//, ''))).toEqual(['a', 'b', 'x', 'c', 'y', 'd'])
})

it('no owner fills a lane alone, and a full lane does not block another', async () => {
  const { ask, endAll } = startTurns({ maxWaiting: 3, maxWaitingEach: 2 })
  const served = [ask('a'), ask('a'), ask('a')]

  await expect(ask('a')).rejects.toMatchObject({ kind: 'unavailable', code: 'turns.taken' })
  served.push(ask('b'))
  await expect(ask('c')).rejects.toMatchObject({ kind: 'unavailable' })
  served.push(ask('c', 'other'))
  await endAll()

  await Promise.all(served)
})

it('what a turn needs is prepared while it waits, but not for those who find no place', async () => {
  const takeTurn = createTurns({ concurrent: 1, maxWaiting: 1, maxWaitingEach: 1 })
  const { promise: end, resolve } = withResolvers()
  const prepared: string[] = []
  const ask = (name: string, result: () => Promise<string>) =>
    takeTurn(
      { lane: 'lane', owner: name },
      async (given) => {
        await end
        return given
      },
      () => {
        prepared.push(name)
        return result()
      },
    )

  const first = ask('first', async () => 'one')
  const second = ask('second', () => Promise.reject(new Error('Not prepared')))
  const third = ask('third', async () => 'three')

  expect(prepared).toEqual(['first', 'second'])
  await expect(third).rejects.toMatchObject({ kind: 'unavailable' })
  resolve()
  expect(await first).toBe('one')
  await expect(second).rejects.toThrow('Not prepared')
  expect(await ask('fourth', async () => 'four')).toBe('four')
})

it('the concurrency limit is used fully, even after failures', async () => {
  const takeTurn = createTurns({ concurrent: 2, maxWaiting: 10, maxWaitingEach: 10 })
  let working = 0
  let most = 0
  const work = async () => {
    most = Math.max(most, ++working)
    await new Promise(setImmediate)
    working -= 1
    throw new Error('failed')
  }

  const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeTurn({ lane: '', owner: '' }, work)))

  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'rejected'))
  expect(most).toBe(2)
})
