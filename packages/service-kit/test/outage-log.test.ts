import { beforeEach, describe, expect, it, vi } from 'vitest'
import { createLogger } from '../src/logger.ts'
import { createOutageLog } from '../src/outage-log.ts'

describe('the log of a repeated attempt', () => {
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['performance'] })
    return () => vi.useRealTimers()
  })

  function start() {
    const lines: Record<string, unknown>[] = []
    const write = (line: string) => void lines.push(JSON.parse(line))
    const logger = createLogger({ service: 'test', level: 'info', destination: { write } })
    return { lines, log: createOutageLog(logger, { failing: 'Server away', works: 'Server back' }) }
  }
  const refused = () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })

  it('has a line when it begins to fail, once a minute, and when it works again', () => {
    const { lines, log } = start()

    log.worked()
    for (let half = 0; half < 300; half += 1) {
      log.failed(refused())
      vi.advanceTimersByTime(500)
    }
    log.worked()
    log.worked()
    log.failed(refused())

    expect(lines.map(({ level, msg, failures, seconds }) => [level, msg, failures, seconds])).toEqual([
      ['warn', 'Server away', 1, 0],
      ['warn', 'Server away', 121, 60],
      ['warn', 'Server away', 241, 120],
      ['info', 'Server back', 300, 150],
      ['warn', 'Server away', 1, 0],
    ])
  })

  it('has a stack only for a bug', () => {
    const { lines, log } = start()

    log.failed(refused())
    log.worked()
    log.failed(new TypeError('x is not a function'), { where: 'here' })

    expect(lines).toMatchObject([
      { err: { code: 'ECONNREFUSED' } },
      { msg: 'Server back' },
      { err: { type: 'TypeError', stack: expect.stringContaining('outage-log.test') }, where: 'here' },
    ])
    expect(lines[0]).not.toHaveProperty('err.stack')
  })
})
