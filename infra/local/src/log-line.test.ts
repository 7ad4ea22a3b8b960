import { stripVTControlCharacters } from 'node:util'
import { expect, it } from 'vitest'
import { formatLogLine } from './log-line.ts'

const line = '{"level":"info","time":"2025-12-29T12:03:04.512Z","service":"email-worker","msg":"Mail sent","id":"m-1"}'

it('a line of a log is shown with its time, its message and its own fields', () => {
  expect(stripVTControlCharacters(formatLogLine(line))).toBe('12:03:04.512 info Mail sent {"id":"m-1"}')
})

it('a line that is no log, or was cut off when its app was killed, is shown as it is', () => {
  expect(formatLogLine('Restarting')).toBe('Restarting')
  expect(formatLogLine(line.slice(0, 40))).toBe(line.slice(0, 40))
})
