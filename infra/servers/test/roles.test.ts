import { randomBytes } from 'node:crypto'
import { provisionService } from '@coursewire/postgres'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { ownPostgres } from '../src/postgres.ts'
import { query } from '../src/query.ts'
import { waitFor } from '../src/wait-for.ts'

const forbidden = { code: '42501' }

describe('the roles of two services on one server', async () => {
  const createPasswords = () => ({ owner: randomBytes(12).toString('hex'), run: randomBytes(12).toString('hex') })
  let server: Awaited<ReturnType<typeof ownPostgres>>
  let enrollment: Awaited<ReturnType<typeof provisionService>>
  let email: typeof enrollment

  beforeAll(async () => {
    server = await ownPostgres()
    const [first, second] = await Promise.all([
      provisionService(server.url, 'enrollment', createPasswords()),
      provisionService(server.url, 'email', createPasswords()),
    ])
    enrollment = first
    email = second
    await query(enrollment.migrateDatabaseUrl, 'create table enrollments (id serial primary key, name text)')
  })
  afterAll(() => server.stop())

  test('the run role reads and writes the tables of the owner', async () => {
    await query(enrollment.databaseUrl, `insert into enrollments (name) values ('first')`)
    await query(enrollment.databaseUrl, `update enrollments set name = 'changed'`)

    expect(await query(enrollment.databaseUrl, 'delete from enrollments returning id, name')).toEqual([
      { id: 1, name: 'changed' },
    ])
  })

  test.each([
    'create table other (id integer)',
    'create temporary table other (id integer)',
    'create schema other',
    'create database other',
    'create role other',
    'truncate enrollments',
    'drop table enrollments',
    'alter table enrollments add column age integer',
    'create index on enrollments (name)',
    'create function one() returns integer language sql return 1',
    'alter table enrollments owner to enrollment',
  ])('the run role may not execute %s', async (statement) => {
    await expect(query(enrollment.databaseUrl, statement)).rejects.toMatchObject(forbidden)
  })

  test('the run role sees since when the sessions of others have had a transaction', async () => {
    const backup = new pg.Client({ connectionString: server.url })
    await backup.connect()
    await backup.query('begin isolation level repeatable read; select')

    const [found] = await query(
      enrollment.databaseUrl,
      `select count(xact_start)::int as count from pg_stat_activity where backend_xmin is not null and usename = 'postgres'`,
    )
    await backup.end()

    expect(found).toEqual({ count: 1 })
  })

  test.each(['email', 'postgres', 'template1'])('neither role of a service may connect to %s', async (database) => {
    for (const url of [enrollment.databaseUrl, enrollment.migrateDatabaseUrl]) {
      const elsewhere = Object.assign(new URL(url), { pathname: `/${database}` }).href
      await expect(query(elsewhere, 'select 1')).rejects.toMatchObject(forbidden)
    }
    expect(await query(email.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }])
  })

  test('provisioning again keeps the data and sets the new passwords', async () => {
    await query(enrollment.migrateDatabaseUrl, 'create table kept (id integer)')

    const again = await provisionService(server.url, 'enrollment', createPasswords())

    expect(await query(again.databaseUrl, 'select from kept')).toEqual([])
    await expect(query(enrollment.databaseUrl, 'select 1')).rejects.toMatchObject({ code: '28P01' })
  })
})

test('an administrator who is no superuser, as on RDS, can provision and provision again', async () => {
  const server = await ownPostgres()
  onTestFinished(() => server.stop())
  await query(server.url, `create role administrator login createrole createdb password 'known'`)
  await query(server.url, 'alter database postgres owner to administrator')
  const adminUrl = Object.assign(new URL(server.url), { username: 'administrator', password: 'known' }).href

  for (const run of ['first', 'second']) {
    const access = await provisionService(adminUrl, 'enrollment', { owner: 'one', run })
    await query(access.migrateDatabaseUrl, 'create table if not exists enrollments (id serial primary key)')
    expect(await query(access.databaseUrl, 'insert into enrollments default values returning id')).toHaveLength(1)
    await expect(query(access.databaseUrl, 'drop table enrollments')).rejects.toMatchObject(forbidden)
  }
})

test('provisioning rejects, and no more than that, when the server dies meanwhile', async () => {
  const server = await ownPostgres()
  const holder = new pg.Client({ connectionString: server.url })
  holder.on('error', () => {})
  await holder.connect()
  await holder.query(`select pg_advisory_lock(hashtext('coursewire.provision'))`)

  const provisioning = provisionService(server.url, 'enrollment', { owner: 'one', run: 'other' })
  // It may reject before anybody looks.
  provisioning.catch(() => undefined)
  const waiting = `select from pg_locks where locktype = 'advisory' and not granted`
  await waitFor(async () => (await query(server.url, waiting)).length === 1)
  await server.kill()

  await expect(provisioning).rejects.toThrow(/terminat/)
  await server.stop()
})
