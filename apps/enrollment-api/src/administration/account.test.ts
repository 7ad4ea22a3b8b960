import { describe, expect, it } from 'vitest'
import { decideChange, isActiveAdmin } from './account.ts'

const ada = { id: 'usr_ada', roles: ['student' as const], disabledAt: null }
const root = { id: 'usr_root', roles: ['admin' as const], disabledAt: null }

describe('a change of an account', () => {
  it('says what becomes different, and nothing else', () => {
    expect(decideChange(ada, { roles: ['admin', 'student'] }, root.id)).toEqual({
      roles: { from: ['student'], to: ['student', 'admin'] },
    })
    expect(decideChange(ada, { disabled: true, roles: ['student'] }, root.id)).toEqual({ disabled: true })
    expect(decideChange({ ...ada, disabledAt: '2026-01-01T00:00:00Z' }, { disabled: false }, root.id)).toEqual({
      disabled: false,
    })
  })

  it('is none if the account already is as wanted', () => {
    const both = { ...ada, roles: ['editor' as const, 'student' as const] }

    expect(decideChange(both, { roles: ['student', 'editor'], disabled: false }, root.id)).toBeNull()
    expect(decideChange(ada, {}, root.id)).toBeNull()
  })

  it('of their own neither disables nor demotes an admin', () => {
    for (const wanted of [{ disabled: true }, { roles: ['student' as const] }])
      expect(() => decideChange(root, wanted, root.id)).toThrow('cannot disable or demote themselves')
    expect(decideChange(root, { roles: ['admin', 'editor'], disabled: false }, root.id)).toMatchObject({
      roles: { to: ['editor', 'admin'] },
    })
  })
})

it('an admin who was demoted, disabled or erased is none, whatever the token says', () => {
  expect(isActiveAdmin(root)).toBe(true)
  expect(isActiveAdmin(ada)).toBe(false)
  expect(isActiveAdmin({ ...root, disabledAt: '2026-01-01T00:00:00Z' })).toBe(false)
  expect(isActiveAdmin(null)).toBe(false)
})
