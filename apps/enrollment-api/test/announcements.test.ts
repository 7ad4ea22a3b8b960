import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { anOpenCourse, aStudent, type Service, startService } from './helpers.ts'
import { aPerson, callAs, readMails } from './people.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

type Person = Awaited<ReturnType<typeof aPerson>>
type Act = (person: Person, courseId: string) => Promise<{ statusCode: number }>

const anybody = () => callAs(service, null)
const newAddress = () => `${randomUUID()}@example.com`
const password = 'correct horse battery'
const openNewestLink = async (url: string, fields = {}) => {
  const { token } = (await readMails(service)).at(-1) ?? {}
  return anybody()('POST', url, { token, ...fields })
}
const anAdmin = async () => callAs(service, (await aStudent(service, { roles: ['admin'] })).token)

const signUp = (email: string) => anybody()('POST', '/auth/signup', { email, password, name: 'Ada' })
const askForReset: Act = ({ email }) => anybody()('POST', '/auth/password-reset', { email })
const askForAddress: Act = ({ call, password: currentPassword }) =>
  call('PATCH', '/api/me', { email: newAddress(), currentPassword })
const enrol: Act = ({ call }, courseId) => call('POST', '/api/enrollments', { courseId })

const acts: [string, Act][] = [
  ['a sign-up', () => signUp(newAddress())],
  ['a repeated sign-up', ({ email }) => signUp(email)],
  [
    'a confirmed sign-up',
    async () => {
      await signUp(newAddress())
      return openNewestLink('/auth/verify-email')
    },
  ],
  ['a request for a new password', askForReset],
  [
    'a reset',
    async (person, courseId) => {
      await askForReset(person, courseId)
      return openNewestLink('/auth/password-reset/confirm', { password })
    },
  ],
  [
    'a change of password',
    ({ call, password: currentPassword }) =>
      call('POST', '/api/me/password', { currentPassword, newPassword: password }),
  ],
  ['a request for another address', askForAddress],
  [
    'a change of address',
    async (person, courseId) => {
      await askForAddress(person, courseId)
      return openNewestLink('/auth/verify-email')
    },
  ],
  ['an erasure', ({ call, password: current }) => call('DELETE', '/api/me', { password: current })],
  [
    'a mail that an admin sends once more',
    async ({ id }) => {
      await service.admin.query('UPDATE users SET verified_at = NULL WHERE id = $1', [id])
      return (await anAdmin())('POST', `/api/admin/users/${id}/verification`)
    },
  ],
  ['an enrolment', enrol],
  [
    'progress',
    async (person, courseId) => {
      await enrol(person, courseId)
      return person.call('PATCH', `/api/enrollments/${courseId}/progress`, { progress: 50 })
    },
  ],
  [
    'a cancellation',
    async (person, courseId) => {
      await enrol(person, courseId)
      return person.call('DELETE', `/api/enrollments/${courseId}`, { reason: 'no_time' })
    },
  ],
  [
    'an assignment',
    async ({ id }, courseId) =>
      (await anAdmin())('POST', '/api/admin/enrollments', { studentIds: [id], courseIds: [courseId], source: 'gift' }),
  ],
]

it.each(acts)('the events of %s go out at once, not when the relay looks next', async (_, act) => {
  const person = await aPerson(service)
  const courseId = await anOpenCourse(service)
  const countEvents = () => service.count('outbox', `channel = 'kafka'`)
  const before = await countEvents()
  const wake = vi.spyOn(service.ctx.messaging, 'wake')

  expect((await act(person, courseId)).statusCode).toBeLessThan(300)

  const written = (await countEvents()) - before
  expect(written).toBeGreaterThan(0)
  expect(wake).toHaveBeenCalledTimes(written)
  wake.mockRestore()
})
