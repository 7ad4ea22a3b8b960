import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { type AppName, databases } from '../src/product.ts'

/** Columns that tell nothing about a person. A new column is missing here and in the README until somebody decides. */
const notPersonal: Record<string, readonly string[]> = {
  'enrollment-api': [
    // An organisation, and how it presents itself.
    'tenants.*',
    'users.tenant_id',
    'account_requests.tenant_id',
    'sessions.tenant_id',
    'account_changes.tenant_id',
    'enrollments.tenant_id',
    'subscribers.tenant_id',
    'subscriptions.tenant_id',
    'signing_keys.*',
    // Programs, not people.
    'service_clients.*',
    'distributions.*',
    'course_answers.*',
  ],
  'distribution-service': [
    'courses.*',
    'distributions.*',
    'slugs.*',
    'lost_courses.*',
    'versions.distribution_id',
    'versions.version',
    'versions.content',
    'schedules.*',
    // Totals. Nothing is stored about who has viewed or clicked.
    'counts.*',
    'click_counts.*',
    'view_batches.*',
    'view_counts.*',
    'views_told.*',
  ],
  'email-worker': [
    'emails.tenant_id',
    'emails.priority',
    'emails.announcement_id',
    'emails.sent_bytes',
    'emails.sent_sha256',
    // Texts of editors. The cursor is an id, for as long as the list of recipients is read.
    'announcements.*',
    'sending_budget.*',
    'email_history.id',
    'erased_accounts.tenant_id',
    'suppressions.tenant_id',
    'sns_messages.*',
  ],
  // Numbers, and what courses are called.
  insights: [
    'tenants.*',
    'pages.*',
    'totals.*',
    'enrollments.*',
    'experiments.*',
    'cta_totals.*',
    'learner_counts.*',
    'course_counts.*',
    'first_joins.*',
    'course_pairs.*',
    'learner_courses.tenant_id',
    'erased_accounts.tenant_id',
  ],
  'audit-log': [
    'records.id',
    'records.tenant_id',
    'records.topic',
    'records.partition',
    'records.offset',
    'records.type',
    // They describe a dead letter, whose content cannot be read from them.
    'records.bytes',
    'records.sha256',
    'records.reason',
    'seals.*',
    // Texts of editors.
    'pages.*',
    'slugs.*',
    'changes.*',
  ],
}

const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8')

/** The columns that the table of the README lists for an app, as `table.column`. */
function listedIn(app: string): string[] {
  const [, section = ''] = readme.split('## What is stored about a person\n')
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith(`| ${app} |`))
  return rows.flatMap((row) => {
    const [, , where = ''] = row.split('|')
    return [...where.matchAll(/`(\w+)`: ([^;]+)/g)].flatMap(([, table = '', columns = '']) =>
      [...columns.matchAll(/`(\w+)`/g)].map(([, column = '']) => `${table}.${column}`),
    )
  })
}

type Table = Record<symbol, unknown>
const columnsKey = Symbol.for('drizzle:Columns')
const nameKey = Symbol.for('drizzle:Name')

/** All columns of an app's database but those of the outbox and the consumer, whose rows are events and hold ids only. */
async function readSchema(app: AppName): Promise<string[]> {
  const { href } = new URL(`../../../apps/${app}/src/db/schema.ts`, import.meta.url)
  const exported = Object.values((await import(href)) as Record<string, unknown>)
  const tables = exported.filter(
    (each): each is Table => typeof each === 'object' && each !== null && columnsKey in each,
  )
  return tables.flatMap((table) =>
    Object.values(table[columnsKey] as Record<string, { name: string }>).map(
      ({ name }) => `${String(table[nameKey])}.${name}`,
    ),
  )
}

test.each(databases)('$app stores nothing that the table of personal data does not know', async ({ app }) => {
  const columns = await readSchema(app)
  const listed = listedIn(app)
  const decided = new Set([...listed, ...(notPersonal[app] ?? [])])
  const wholeTable = (column: string) => column.replace(/\..*/, '.*')

  const undecided = columns.filter((column) => !decided.has(column) && !decided.has(wholeTable(column)))
  const unknown = [...decided].filter(
    (each) => !columns.some((column) => each === column || each === wholeTable(column)),
  )

  expect(columns.length).toBeGreaterThan(0)
  expect(undecided).toEqual([])
  expect(unknown).toEqual([])
  expect(listed.filter((column) => notPersonal[app]?.includes(column))).toEqual([])
})

test('the table of personal data says of each column why it is stored and for how long', () => {
  const [, section = ''] = readme.split('## What is stored about a person\n')
  const rows = (section.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| '))

  const isComplete = (row: string) => /^\|( [^|\s][^|]* \|){5}$/.test(row)
  expect(rows.length).toBeGreaterThan(0)
  expect(rows.filter((row) => !isComplete(row))).toEqual([])
})
