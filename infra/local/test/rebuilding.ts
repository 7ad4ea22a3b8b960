import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { waitFor } from '@coursewire/servers'
import { callApi, firstCourse } from '@coursewire/setup'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createLearner, signIn } from '../src/journey.ts'
import type { Stack } from '../src/stack.ts'

const cliOf = (app: string) => fileURLToPath(new URL(`../../../apps/${app}/dist/cli.js`, import.meta.url))
const run = promisify(execFile)

/** Defines the test of making the tables of insights anew from the real audit log, while everything runs. */
export function describeRebuild(getProduct: () => { stack: Stack; directory: string; slug: string }): void {
  describe('the reports', () => {
    it('made anew from the audit log are as they were, also after a kill -9', async () => {
      const { stack, directory, slug } = getProduct()
      const { web } = stack.urls
      const { token } = await signIn(stack, await createLearner(stack))
      await callApi(`${web}/api/enrollments`, { token, body: { courseId: firstCourse.course_id } })
      const headers = { 'user-agent': 'Mozilla/5.0 Firefox/145.0', 'content-type': 'application/json' }
      const body = JSON.stringify({ ctaType: 'primary_button' })
      await fetch(`${web}/api/courses/${slug}/enrollment-clicks`, { method: 'POST', headers, body })
      const { audit, insights } = stack.databases
      const history = join(directory, 'history.ndjson')
      const env = {
        PATH: process.env['PATH'],
        MIGRATE_DATABASE_URL: insights.migrateDatabaseUrl,
        KAFKA_BROKERS: stack.kafka.brokers.join(','),
      }
      const client = new pg.Client({ connectionString: insights.migrateDatabaseUrl })
      await client.connect()
      onTestFinished(() => client.end())
      async function readAll() {
        const found: unknown[][] = []
        for (const table of ['pages', 'totals', 'enrollments']) {
          found.push((await client.query(`SELECT * FROM ${table} ORDER BY ${table}`)).rows)
        }
        return found
      }
      await waitFor(async () => (await readAll()).every((rows) => rows.length > 0), { timeoutMs: 30_000 })
      const before = await readAll()
      const args = [cliOf('insights'), 'rebuild', '--history', history]
      await run(process.execPath, [cliOf('audit-log'), 'export', history], { env: { DATABASE_URL: audit.databaseUrl } })

      // The rebuild cannot end as long as this is held.
      await client.query('BEGIN; LOCK TABLE event_dedup IN SHARE MODE')
      const dying = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe'] })
      for await (const line of createInterface(dying.stderr)) if (line.startsWith('Replacing')) break
      await expect(run(process.execPath, args, { env })).rejects.toThrow('Another rebuild is running')
      dying.kill('SIGKILL')
      await once(dying, 'exit')
      await client.query('COMMIT')
      expect(await readAll()).toEqual(before)

      const { stdout } = await run(process.execPath, args, { env })

      expect(stdout).toMatch(/^Replaced everything/)
      expect(await readAll()).toEqual(before)
    }, 120_000)
  })
}
