import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Runs a program of the repository in an environment without its settings. */
function run(program: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [program, ...args],
      { cwd: root, env: { PATH: process.env['PATH'], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } },
      (_error, out, err) => resolve({ code: child.exitCode, said: out + err }),
    )
    child.stdin?.end('some secret')
  })
}

it.each([
  ['apps/enrollment-api/dist/main.js', 'DATABASE_URL'],
  ['apps/enrollment-api/dist/migrate.js', 'MIGRATE_DATABASE_URL'],
  ['apps/enrollment-api/dist/cli.js', 'DATABASE_URL', 'create-client', '--client-id', 'some'],
  ['apps/enrollment-api/dist/keys.js', 'KEY_SEAL', 'rotate'],
  ['apps/distribution-service/dist/main.js', 'DATABASE_URL'],
  ['apps/distribution-service/dist/migrate.js', 'MIGRATE_DATABASE_URL'],
  ['apps/email-worker/dist/main.js', 'DATABASE_URL'],
  ['apps/email-worker/dist/migrate.js', 'MIGRATE_DATABASE_URL'],
  ['apps/email-worker/dist/cli.js', 'DATABASE_URL', 'list'],
  ['apps/audit-log/dist/main.js', 'DATABASE_URL'],
  ['apps/insights/dist/main.js', 'DATABASE_URL'],
  ['apps/insights/dist/migrate.js', 'MIGRATE_DATABASE_URL'],
  ['apps/insights/dist/cli.js', 'MIGRATE_DATABASE_URL', 'rebuild'],
  ['apps/audit-log/dist/migrate.js', 'MIGRATE_DATABASE_URL'],
  ['apps/audit-log/dist/cli.js', 'DATABASE_URL', 'verify'],
  ['apps/audit-log/dist/cli.js', 'DATABASE_URL', 'export', '/dev/null'],
  ['infra/aws-local/dist/main.js', 'DATA_DIR'],
  ['infra/setup/dist/main.js', 'SETTINGS_DIR', 'servers'],
  ['infra/setup/dist/main.js', 'EDITOR_PASSWORD', 'first-course'],
])('%s fails and says, without a stack trace, that %s is missing', async (program, missing, ...args) => {
  const { code, said } = await run(program, ...args)

  expect(code).toBe(1)
  expect(said).toContain(missing)
  expect(said).not.toMatch(/^ +at /m)
})
