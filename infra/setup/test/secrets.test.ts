import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { keepSecrets } from '../src/secrets.ts'

let file: string
beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'secrets-'))
  file = join(directory, 'secrets.json')
  return () => rmSync(directory, { recursive: true })
})

test('secrets are generated once, and only their owner can read them', () => {
  const made = keepSecrets(file)

  expect(keepSecrets(file)).toEqual(made)
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

test('the secrets of a new app are added to the existing ones', () => {
  const { databases, clients, ...others } = keepSecrets(file)
  const { email, ...databasesBefore } = databases
  const { 'email-worker': _, ...clientsBefore } = clients
  writeFileSync(file, JSON.stringify({ databases: databasesBefore, clients: clientsBefore, ...others }))

  const completed = keepSecrets(file)

  expect(completed).toMatchObject({ databases: databasesBefore, clients: clientsBefore, ...others })
  expect(completed.databases.email).toEqual({ owner: expect.any(String), run: expect.any(String) })
  expect(completed.databases.email).not.toEqual(email)
  expect(completed.clients['email-worker']).toEqual(expect.any(String))
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(completed)
})
