import { EventTooLargeError } from '@coursewire/events'
import { AppError } from '@coursewire/service-kit'
import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { classifyFailure, decideNext, type Failure } from '../src/consumer/classify.ts'
import { findSendFault } from '../src/kafkajs/kafka-channel.ts'

const withCode = (code: string, message = 'failed') => Object.assign(new Error(message), { code })

function catchError(fail: () => unknown): unknown {
  try {
    return fail()
  } catch (error) {
    return error
  }
}

describe('a failure in a handler', () => {
  it.each([
    ['permanent', new AppError('invalid', 'a.b', 'no')],
    ['permanent', new AppError('not-found', 'a.b', 'no')],
    ['permanent', new AppError('conflict', 'a.b', 'no', {}, { cause: withCode('57P01') })],
    ['permanent', withCode('23505')],
    ['permanent', withCode('22P05')],
    ['permanent', withCode('54000')],
    ['permanent', new EventTooLargeError('too large')],
    ['permanent', catchError(() => z.object({ id: z.string() }).parse({}))],
    ['outage', new AppError('unavailable', 'a.b', 'down')],
    ['outage', withCode('57P01')],
    ['unknown', withCode('57014')],
    ['outage', withCode('53300')],
    ['outage', withCode('08006')],
    ['unknown', withCode('25P03')],
    ['unknown', withCode('25P04')],
    ['outage', withCode('25006')],
    ['outage', withCode('28P01')],
    ['outage', withCode('3D000')],
    ['outage', withCode('58030')],
    ['unknown', withCode('25P02')],
    ['outage', withCode('ECONNREFUSED')],
    ['outage', new Error('Connection terminated unexpectedly')],
    ['outage', new Error('timeout exceeded when trying to connect')],
    ['conflict', withCode('40001')],
    ['conflict', withCode('40P01')],
    ['conflict', withCode('55P03')],
    ['unknown', withCode('42P01')],
    ['unknown', withCode('42501')],
    ['unknown', new TypeError('x is not a function')],
    ['unknown', 'a string'],
  ])('is classified as %s: %s', (expected, error) => {
    expect(classifyFailure(error)).toBe(expected)
    expect(classifyFailure(new DrizzleQueryError('SELECT 1', [], error as Error))).toBe(expected)
  })
})

describe('records whose transaction has failed', () => {
  it.each<[ReturnType<typeof decideNext>, string, Failure]>([
    [
      'again',
      'when another transaction was in the way',
      { failure: 'conflict', records: 200, ownFailures: 0, failingMs: 0 },
    ],
    [
      'again',
      'however long something is down',
      { failure: 'outage', records: 1, ownFailures: 99, failingMs: 9_999_999 },
    ],
    ['apart', 'when one of them breaks a rule', { failure: 'permanent', records: 2, ownFailures: 0, failingMs: 0 }],
    ['apart', 'when nobody listed the error', { failure: 'unknown', records: 2, ownFailures: 9, failingMs: 99_999 }],
    ['refuse', 'when the only one breaks a rule', { failure: 'permanent', records: 1, ownFailures: 0, failingMs: 0 }],
    ['later', 'before its fifth own failure', { failure: 'unknown', records: 1, ownFailures: 4, failingMs: 99_999 }],
    ['later', 'within its first minute', { failure: 'unknown', records: 1, ownFailures: 9, failingMs: 59_999 }],
    ['refuse', 'after both', { failure: 'unknown', records: 1, ownFailures: 5, failingMs: 60_000 }],
  ])('are to be tried %s %s', (next, _when, failure) => {
    expect(decideNext(failure)).toBe(next)
  })
})

describe('a refused send', () => {
  it.each([
    ['record', { type: 'MESSAGE_TOO_LARGE' }],
    ['record', { type: 'INVALID_RECORD' }],
    ['topic', { type: 'UNKNOWN_TOPIC_OR_PARTITION' }],
    ['topic', { type: 'TOPIC_AUTHORIZATION_FAILED' }],
    ['topic', { type: 'NOT_ENOUGH_REPLICAS' }],
    ['cluster', { type: 'REQUEST_TIMED_OUT' }],
    ['cluster', { type: 'OUT_OF_ORDER_SEQUENCE_NUMBER' }],
    ['cluster', {}],
  ])('is blamed on the %s: %j', (expected, fields) => {
    const error = Object.assign(new Error('refused'), fields)
    expect(findSendFault(error)).toBe(expected)
    expect(findSendFault(new Error('retries exceeded', { cause: error }))).toBe(expected)
  })
})
