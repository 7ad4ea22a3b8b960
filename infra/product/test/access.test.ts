import { expect, test } from 'vitest'
import { accessOf, accessOfAll } from '../src/access.ts'

test('an app may write its events and dead letters, read its topics, and join its own groups', () => {
  const describe = ({ operation, resource, name, pattern }: ReturnType<typeof accessOf>[number]) =>
    `${operation} ${resource} ${name}${pattern === 'PREFIXED' ? '*' : ''}`

  expect(accessOf('enrollment-api').map(describe)).toEqual([
    'WRITE TOPIC enrollment.events.v1',
    'WRITE TOPIC account.events.v1',
    'WRITE TOPIC enrollment-api.dlq',
    'READ TOPIC distribution.events.v1',
    'READ GROUP enrollment-api',
    'READ GROUP enrollment-api.*',
    'DELETE GROUP enrollment-api.*',
  ])
})

test('an app without a database reads what it follows and writes nothing', () => {
  expect(accessOf('web').filter(({ resource }) => resource === 'TOPIC')).toEqual([
    { operation: 'READ', resource: 'TOPIC', name: 'distribution.events.v1', pattern: 'LITERAL' },
  ])
})

test('each app has its own principal, and one for all is refused', () => {
  const writers = accessOfAll('User:CN={app}').filter(({ name }) => name === 'email.events.v1')

  expect(writers.map(({ principal, operation }) => [principal, operation])).toEqual([
    ['User:CN=email-worker', 'WRITE'],
    ['User:CN=audit-log', 'READ'],
  ])
  expect(() => accessOfAll('User:coursewire')).toThrow('as in User:{app}')
})
