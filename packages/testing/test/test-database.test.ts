import { query } from '@coursewire/servers'
import { createTestDatabase } from '@coursewire/testing'
import { expect, test } from 'vitest'

test('copies of the template are independent of each other', async () => {
  await using one = await createTestDatabase()
  await using other = await createTestDatabase()

  await query(one.databaseUrl, `insert into notes (text) values ('only here')`)

  expect(await query(one.databaseUrl, 'select text from notes')).toEqual([{ text: 'only here' }])
  expect(await query(other.databaseUrl, 'select text from notes')).toEqual([])
})

test('a copy keeps the limits of the roles', async () => {
  await using copy = await createTestDatabase()

  await expect(query(copy.databaseUrl, 'create table other (id integer)')).rejects.toMatchObject({ code: '42501' })
  await query(copy.migrateDatabaseUrl, 'create table other (id integer)')
  await query(copy.databaseUrl, 'insert into other values (1)')
  const rights = await query(
    copy.adminUrl,
    `select has_database_privilege('public', current_database(), 'connect') as open`,
  )

  expect(rights).toEqual([{ open: false }])
})
