import { createLogger } from '@coursewire/service-kit'
import { expect, it } from 'vitest'
import { createAsk } from './waiting.ts'

/** A question to a catalogue that answers after `takesMs`, by a clock that only the test moves. */
function startAsking() {
  const catalogue = { seconds: null as number | null, takesMs: 0, isDown: false, isNeeded: true }
  const lines: string[] = []
  let time = 1_000_000
  let trustedUntil = 0
  const ask = createAsk({
    catalogue: {
      async readWaitingSeconds() {
        time += catalogue.takesMs
        if (catalogue.isDown) throw new Error('down')
        return catalogue.seconds
      },
    },
    isNeeded: () => catalogue.isNeeded,
    logger: createLogger({ service: 'test', level: 'warn', destination: { write: (line) => void lines.push(line) } }),
    trustRelay: (until) => {
      trustedUntil = until
    },
    now: () => time,
  })
  return {
    catalogue,
    lines,
    ask: async () => {
      const askedAt = time
      await ask()
      return trustedUntil - askedAt
    },
    pass: (ms: number) => {
      time += ms
    },
  }
}

it.each([
  ['nothing waits', null, 400],
  ['an event has waited for a moment', 0.15, 250],
  ['an event has waited for too long', 2, -1_600],
])('if %s, the relay is trusted from before the question on', async (_name, seconds, ms) => {
  const { catalogue, ask } = startAsking()
  Object.assign(catalogue, { seconds, takesMs: 300 })

  expect(await ask()).toBe(ms)
})

it('a question without an answer changes nothing, and is logged when there was none for ten seconds', async () => {
  const { catalogue, ask, pass, lines } = startAsking()
  await ask()
  catalogue.isDown = true

  pass(10_000)
  expect(await ask()).toBe(-9_600)
  expect(lines).toEqual([])
  pass(1)
  await ask()
  pass(200)
  await ask()
  expect(lines).toHaveLength(1)
})

it('nothing is asked while nobody looks at a page, and that is no outage', async () => {
  const { catalogue, ask, pass, lines } = startAsking()
  Object.assign(catalogue, { isDown: true, isNeeded: false })
  pass(10_001)
  await ask()

  catalogue.isNeeded = true
  await ask()
  expect(lines).toEqual([])

  catalogue.isDown = false
  expect(await ask()).toBe(400)
  catalogue.isNeeded = false
  pass(200)
  expect(await ask()).toBe(200)
})
