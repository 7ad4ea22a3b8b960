import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { type Service, startService } from './helpers.ts'

let service: Service
beforeAll(async () => {
  service = await startService()
})
afterAll(() => service.close())

const program = fileURLToPath(new URL('../dist/cli.js', import.meta.url))

async function run(args: string[], secret: string | Buffer, environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], DATABASE_URL: service.config.DATABASE_URL, NO_COLOR: '1', ...environment },
  })
  child.stdin.write(secret)
  child.stdin.end('\n')
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  const [output, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), closed])
  return { code, output, errors }
}

const user = [
  'create-user',
  '--tenant=acme',
  '--email=Grace@Example.com',
  '--name=Grace',
  '--locale=de',
  '--role=editor,student',
]

it('create-user creates a user who can sign in', async () => {
  const password = randomUUID()

  const result = await run(user, password)

  expect(result).toMatchObject({ code: 0, errors: '' })
  expect(result.output).toMatch(
    /^Created user usr_[\da-f-]{36} \(Grace@example\.com, editor, student\) in tenant acme\n$/,
  )
  const payload = { email: 'grace@example.com', password }
  expect((await service.app.inject({ method: 'POST', url: '/auth/signin', payload })).statusCode).toBe(200)
})

it('create-user --unverified creates a user whose address is not confirmed until somebody vouches for it', async () => {
  const args = ['create-user', '--tenant=acme', '--email=unsure@example.com', '--name=Unsure']
  const password = randomUUID()
  const isVerified = async () => {
    const sql = `SELECT verified_at IS NOT NULL AS verified FROM users WHERE email = 'unsure@example.com'`
    return (await service.admin.query<{ verified: boolean }>(sql)).rows[0]?.verified
  }

  const created = await run([...args, '--unverified'], password)
  expect([created.output.split(' ', 1)[0], await isVerified()]).toEqual(['Created', false])

  const vouched = await run(args, password)
  expect([vouched.output.split(' ', 1)[0], await isVerified()]).toEqual(['Updated', true])

  const repeated = await run([...args, '--unverified'], password)
  expect([repeated.output.split(' ', 1)[0], await isVerified()]).toEqual(['Unchanged', true])
})

it('create-client creates a client for its tenants, by default DEFAULT_TENANT, and can be repeated', async () => {
  const [args, clientSecret] = [['create-client', '--client-id=email-worker'], randomUUID()]

  const created = await run(args, clientSecret, { DEFAULT_TENANT: 'globex' })
  const repeated = await run(args, clientSecret, { DEFAULT_TENANT: 'globex' })

  expect(created).toEqual({ code: 0, output: 'Created client email-worker for globex\n', errors: '' })
  expect(repeated).toEqual({ code: 0, output: 'Unchanged client email-worker for globex\n', errors: '' })
  const payload = { clientId: 'email-worker', clientSecret, tenantId: 'globex' }
  expect((await service.app.inject({ method: 'POST', url: '/auth/service-token', payload })).statusCode).toBe(200)
})

const readTenant = async (id: string) => {
  const { token } = await service.ctx.tokens.issue({ id: 'email-worker', tenantId: id, roles: ['service'] })
  return (await service.get(token, `/internal/tenants/${id}`)).json()
}

it('create-tenant creates a tenant, and can be repeated without a change', async () => {
  const args = ['create-tenant', '--tenant=initech', '--name=Initech', '--time-zone=Europe/Berlin', '--locale=de']

  const created = await run(args, '')
  const repeated = await run(args, '')

  expect(created).toEqual({ code: 0, output: 'Created tenant initech\n', errors: '' })
  expect(repeated).toEqual({ code: 0, output: 'Unchanged tenant initech\n', errors: '' })
  const { updatedAt: _, ...tenant } = await readTenant('initech')
  const unset = { colors: null, logoUrl: null, sender: null, replyTo: null, postalAddress: null }
  expect(tenant).toEqual({ id: 'initech', name: 'Initech', timeZone: 'Europe/Berlin', locale: 'de', ...unset })
})

it('create-tenant updates what is given unless told to keep the tenant, and leaves the rest', async () => {
  const look = ['--colors=#0A5C36, #ffffff', '--logo-url=https://hooli.example/logo.png']
  const mail = ['--sender=Hooli <hi@hooli.example>', '--reply-to=help@hooli.example', '--postal-address=1 Hooli Way']
  const environment = { DEFAULT_TENANT: 'hooli', EMAIL_SENDERS: 'Hooli <hi@hooli.example>' }
  const runs = [['--name=Hooli'], look, mail, ['--name=Hooli XYZ'], ['--name=Kept', '--keep']]

  const outputs: string[] = []
  for (const options of runs) outputs.push((await run(['create-tenant', ...options], '', environment)).output)

  const [created, updated] = ['Created tenant hooli\n', 'Updated tenant hooli\n']
  expect(outputs).toEqual([created, updated, updated, updated, 'Unchanged tenant hooli\n'])
  expect(await readTenant('hooli')).toMatchObject({
    name: 'Hooli XYZ',
    timeZone: 'UTC',
    locale: 'en',
    colors: { accent: '#0a5c36', onAccent: '#ffffff' },
    logoUrl: 'https://hooli.example/logo.png',
    sender: 'Hooli <hi@hooli.example>',
    replyTo: 'help@hooli.example',
    postalAddress: '1 Hooli Way',
  })
})

it('create-tenant refuses what no tenant may show', async () => {
  const bad = ['--time-zone=Nowhere', '--locale=de_AT', '--colors=#777777,#ffffff', '--logo-url=http://x.example']

  const result = await run(['create-tenant', '--tenant=acme', ...bad], '')
  const ofOthers = await run(['create-tenant', '--tenant=acme', '--sender=hi@hooli.example'], '')

  expect(result).toMatchObject({ code: 2, output: '' })
  for (const field of ['["time-zone"]', 'locale', 'colors', '["logo-url"]'])
    expect(result.errors).toContain(`at ${field}`)
  expect(ofOthers).toEqual({ code: 1, output: '', errors: 'The sender is not one of EMAIL_SENDERS\n' })
})

it.each([
  ['user', ['create-user', '--tenant=nowhere', '--email=grace@example.com', '--name=Grace'], 'nowhere'],
  ['client', ['create-client', '--tenant=acme,nowhere,either', '--client-id=some'], 'nowhere, either'],
])('a %s of a tenant that does not exist is refused with advice', async (_, args, missing) => {
  const result = await run(args, randomUUID())

  const errors = `No such tenant: ${missing}. Create it with create-tenant\n`
  expect(result).toEqual({ code: 1, output: '', errors })
})

it('all problems are reported at once, and nothing is done', async () => {
  const result = await run(['create-user', '--email=grace', '--name=', '--locale=d', '--role=root'], 'short')

  expect(result).toMatchObject({ code: 2, output: '' })
  for (const field of ['tenant', 'email', 'name', 'locale', 'role', 'secret'])
    expect(result.errors).toContain(`at ${field}`)
  expect(result.errors).not.toContain('short')
})

it.each([
  ['create-user', ['--tenant=acme', '--email=fr@example.com', '--name=Fr']],
  ['create-tenant', ['--tenant=acme']],
])('%s names the languages that there are words for, and refuses others', async (command, args) => {
  const [help, ...refused] = await Promise.all([
    run([command, '--help'], ''),
    run([command, ...args, '--locale=fr'], randomUUID()),
    run([command, ...args, '--locale=deutsch'], randomUUID()),
  ])

  expect(help.output).toMatch(/--locale.*: de, en,/)
  for (const { code, errors } of refused) {
    expect(code).toBe(2)
    expect(errors).toContain('There are words for these languages only: de, en\n  → at locale')
  }
})

it.each([
  ['a NUL', 'eight\u0000more', 'control character'],
  ['a line break', 'eight\nmore', 'control character'],
  ['bytes that are no UTF-8', Buffer.from('schlüssel', 'latin1'), 'not UTF-8'],
])('a secret with %s is refused, because nobody could sign in with it', async (_fault, secret, message) => {
  const result = await run(['create-user', '--tenant=acme', '--email=nul@example.com', '--name=Nul'], secret)

  expect(result).toMatchObject({ code: 2, output: '', errors: expect.stringContaining(message) })
})

it('an address and a name are normalised, and an address that no mail could reach is refused', async () => {
  const create = (email: string, name: string) =>
    run(['create-user', '--tenant=acme', `--email=${email}`, `--name=${name}`], randomUUID())

  const [made, refused] = await Promise.all([
    create(' R&D@Bücher.example ', 'Anna\u2028\tWeber '),
    create(`${'a'.repeat(65)}@example.com`, '\u200b\u00ad'),
  ])

  expect(made.output).toContain('(R&D@xn--bcher-kva.example, student)')
  const { rows } = await service.admin.query(
    `SELECT name, email FROM users WHERE email_key = 'r&d@xn--bcher-kva.example'`,
  )
  expect(rows).toEqual([{ name: 'Anna Weber', email: 'R&D@xn--bcher-kva.example' }])
  expect(refused.code).toBe(2)
  expect(refused.errors).toContain('The address is not one plain address')
  expect(refused.errors).toContain('at name')
})

it.each([
  ['password', user],
  ['secret', user],
  ['secret', ['create-client', '--tenant=acme', '--client-id=some']],
])('a secret given as --%s is refused', async (option, args) => {
  const result = await run([...args, `--${option}=${randomUUID()}`], '')

  expect(result).toEqual({
    code: 2,
    output: '',
    errors: `Unknown option '--${option}'\nAdd --help to see what there is\n`,
  })
})

it('a missing setting and a database of another service are reported with advice', async () => {
  const [unset, foreign] = await Promise.all([
    run(['create-tenant', '--tenant=acme'], '', { DATABASE_URL: '' }),
    run(['create-tenant', '--tenant=acme'], '', { DATABASE_URL: inject('postgres').adminUrl }),
  ])

  expect(unset).toEqual({
    code: 1,
    output: '',
    errors: 'The configuration is not valid:\n✖ Missing\n  → at DATABASE_URL\n',
  })
  expect(foreign).toEqual({
    code: 1,
    output: '',
    errors: 'relation "tenants" does not exist: is this the database of the service, and migrated?\n',
  })
})

it('a missing database is reported in one line without a secret', async () => {
  const result = await run(user, randomUUID(), { DATABASE_URL: 'postgres://127.0.0.1:9/none' })

  expect(result).toEqual({ code: 1, output: '', errors: 'connect ECONNREFUSED 127.0.0.1:9\n' })
})

it('--help explains the options', async () => {
  const result = await run(['create-user', '--help'], '')

  expect(result.code).toBe(0)
  expect(result.output).toMatch(/--email[^]*--name[^]*--locale[^]*--role/)
  expect(result.output).toContain('standard input')
  expect(result.output).not.toContain('--secret')
})
