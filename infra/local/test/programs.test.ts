import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Runs a program of the repository in an environment without its settings. */
function run(program: string, ...args: string[]): Promise<{ code: number | null; said: string }> {
  return new Promise((resolve) => {
    const nodeArgs = ['--import', 'tsx', program, ...args]
    const child = execFile(
      process.execPath,
      nodeArgs,
      { cwd: root, env: { PATH: process.env['PATH'], AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' } },
      (_error, out, err) => resolve({ code: child.exitCode, said: out + err }),
    )
    child.stdin?.end('some secret')
  })
}

it.each([
  ['apps/enrollment-api/src/main.ts', 'DATABASE_URL'],
  ['apps/enrollment-api/src/migrate.ts', 'MIGRATE_DATABASE_URL'],
  ['apps/enrollment-api/src/cli.ts', 'DATABASE_URL', 'create-client', '--client-id', 'some'],
  ['apps/enrollment-api/src/keys.ts', 'KEY_SEAL', 'rotate'],
  ['apps/distribution-service/src/main.ts', 'DATABASE_URL'],
  ['apps/distribution-service/src/migrate.ts', 'MIGRATE_DATABASE_URL'],
  ['apps/email-worker/src/main.ts', 'DATABASE_URL'],
  ['apps/email-worker/src/migrate.ts', 'MIGRATE_DATABASE_URL'],
  ['apps/email-worker/src/cli.ts', 'DATABASE_URL', 'list'],
  ['apps/audit-log/src/main.ts', 'DATABASE_URL'],
  ['apps/insights/src/main.ts', 'DATABASE_URL'],
  ['apps/insights/src/migrate.ts', 'MIGRATE_DATABASE_URL'],
  ['apps/insights/src/cli.ts', 'MIGRATE_DATABASE_URL', 'rebuild'],
  ['apps/audit-log/src/migrate.ts', 'MIGRATE_DATABASE_URL'],
  ['apps/audit-log/src/cli.ts', 'DATABASE_URL', 'verify'],
  ['apps/audit-log/src/cli.ts', 'DATABASE_URL', 'export', '/dev/null'],
  ['infra/aws-local/src/main.ts', 'DATA_DIR'],
  ['infra/setup/src/main.ts', 'SETTINGS_DIR', 'servers'],
  ['infra/setup/src/main.ts', 'EDITOR_PASSWORD', 'first-course'],
])('%s fails and says, without a stack trace, that %s is missing', async (program, missing, ...args) => {
  const { code, said } = await run(program, ...args)

  expect(code).toBe(1)
  expect(said).toContain(missing)
  expect(said).not.toMatch(/^ +at /m)
})
