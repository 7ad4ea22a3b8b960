import { DrizzleQueryError } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { AppError, createLogger } from '../src/index.ts'
import { buildApp, collectLines } from './helpers.ts'

function logging() {
  const { lines, destination } = collectLines()
  return { lines, logger: createLogger({ service: 'test-service', version: '1.2.3', level: 'info', destination }) }
}

describe('a log entry', () => {
  it('is one JSON line with the name of its service', () => {
    const { lines, logger } = logging()

    logger.info({ distributionId: 'dist_1' }, 'Auto-created distribution')

    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] ?? '')).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      service: 'test-service',
      version: '1.2.3',
      distributionId: 'dist_1',
      msg: 'Auto-created distribution',
    })
  })

  it('masks secrets and mail addresses wherever they are', () => {
    const { lines, logger } = logging()
    const secrets = {
      authorization: 'hush-1',
      password: 'hush-2',
      token: 'hush-3',
      refreshToken: 'hush-4',
      email: 'hush-5@example.com',
      clientSecret: 'hush-6',
      'set-cookie': 'hush-7',
    }

    logger.info({ ...secrets, body: { ...secrets }, req: { headers: { ...secrets } } }, 'Something')
    logger.child({ email: 'hush-8@example.com' }).info('Something')

    expect(lines.join('')).not.toContain('hush')
    expect(lines.join('')).toContain('[redacted]')
  })

  it('shows an error with its causes, but without parameters or rows', () => {
    const { lines, logger } = logging()
    const detail = 'Key (email)=(hush@example.com) already exists.'
    const cause = Object.assign(new Error('duplicate key'), { code: '23505', constraint: 'accounts_email', detail })
    const query = new DrizzleQueryError('insert into accounts values ($1)', ['hush@example.com'], cause)

    logger.error({ err: new AppError('conflict', 'account.exists', 'Exists', { id: 1 }, { cause: query }) }, 'Failed')

    const [line = ''] = lines
    expect(line).not.toContain('hush')
    expect(JSON.parse(line).err).toMatchObject({
      type: 'AppError',
      message: 'Exists',
      code: 'account.exists',
      details: { id: 1 },
      stack: expect.stringContaining('logger.test.ts'),
      cause: {
        message: 'Failed query: insert into accounts values ($1)',
        cause: { message: 'duplicate key', code: '23505', constraint: 'accounts_email' },
      },
    })
  })

  it('contains no terminal control characters or Unicode line breaks anywhere', () => {
    const { lines, logger } = logging()
    const sent = '\u009b31m\u0085\u2028\u2029\u202e\u2066\u007f\ufeff'

    logger.child({ [`key${sent}`]: sent }).error({ err: new Error(sent), list: [{ sent }] }, `Sent ${sent}`)

    expect(lines.join('').slice(0, -1)).toMatch(/^[ -~]+$/)
    expect(JSON.parse(lines.join(''))).toMatchObject({ [`key${sent}`]: sent, list: [{ sent }], msg: `Sent ${sent}` })
  })

  it('is short and valid JSON, however much is logged', () => {
    const { lines, logger } = logging()
    const long = '😀'.repeat(100_000)
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`k${index}`, long.slice(0, 999)]))

    logger.child({ requestId: 'mine', long }).info({ err: new Error(long), [long]: [long], deep: { long } }, long)
    logger.child({ requestId: 'mine' }).info({ many, more: [many, many] }, 'Something')

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(16_000)
    const [first, second] = lines.map((line) => JSON.parse(line))
    expect(first).toMatchObject({ requestId: 'mine', level: 'info', service: 'test-service' })
    expect(first.msg).toMatch(/^(😀){499}…$/u)
    expect(second).toMatchObject({ requestId: 'mine', msg: 'Something', omittedLength: expect.any(Number) })
  })

  it('cannot be forged by the content of a request', async () => {
    const { lines, logger } = logging()
    const app = await buildApp({ logger })
    app.get('/names/:name', { config: { access: 'public' } }, async (request) => {
      request.log.info({ name: request.params, agent: request.headers['user-agent'] }, 'Asked')
      return {}
    })

    await app.inject({
      url: `/names/${encodeURIComponent('a\r\n{"level":"fatal"}\u001b[31m')}?token=hush`,
      headers: { 'user-agent': 'x\u001b[2J{"level":"fatal"}', 'x-request-id': 'a\r\n{"level":"fatal"}' },
    })

    const text = lines.join('')
    expect(text).not.toContain('hush')
    expect(text).not.toContain('\u001b')
    expect(text.split('\n').filter(Boolean)).toHaveLength(2)
    expect(
      text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line).level),
    ).toEqual(['info', 'info'])
  })
})
