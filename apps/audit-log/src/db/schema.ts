import { moment } from '@coursewire/service-kit'
import { bigint, boolean, customType, date, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/**
 * Every event and every dead letter, as it was received. A migration partitions the table by the month in which the broker appended the
 * record. The service's role adds and reads rows; it can change none.
 */
export const records = pgTable(
  'records',
  {
    /** In the order of the chain. */
    id: bigint('id', { mode: 'bigint' }).notNull().generatedAlwaysAsIdentity(),
    /** `-` if the tenant of a dead letter cannot be read. */
    tenantId: text('tenant_id').notNull(),
    topic: text('topic').notNull(),
    partition: integer('partition').notNull(),
    offset: bigint('offset', { mode: 'number' }).notNull(),
    appendedAt: moment('appended_at').notNull(),
    key: bytes('key'),
    /** A JSON list, as in the outbox. */
    headers: bytes('headers').notNull(),
    /** Null for a dead letter, which may hold anything. */
    value: bytes('value'),
    type: text('type'),
    eventId: text('event_id'),
    correlationId: text('correlation_id'),
    causationId: text('causation_id'),
    /** The account that acted. */
    actor: text('actor'),
    /** Every id that the event names. */
    ids: text('ids').array().notNull(),
    /** The reason for which a dead letter was refused; null for an event. So are the size and the SHA-256 of its value. */
    reason: text('reason'),
    bytes: integer('bytes'),
    sha256: bytes('sha256'),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.appendedAt] }),
    index('records_tenant').on(table.tenantId, table.id),
    index('records_correlation').on(table.tenantId, table.correlationId, table.id),
    index('records_type').on(table.tenantId, table.type, table.id),
    index('records_ids').using('gin', table.ids),
  ],
)

/** One for the rows of a tenant and a month that were sealed together. Each one names the one before, so that none can go missing unseen. */
export const seals = pgTable(
  'seals',
  {
    tenantId: text('tenant_id').notNull(),
    /** From 1 without gaps. */
    number: bigint('number', { mode: 'number' }).notNull(),
    /** Its first day. */
    month: date('month').notNull(),
    firstId: bigint('first_id', { mode: 'bigint' }).notNull(),
    lastId: bigint('last_id', { mode: 'bigint' }).notNull(),
    count: integer('count').notNull(),
    /** The id and the SHA-256 of each row, by which a changed one is found. */
    rows: bytes('rows').notNull(),
    previousHash: bytes('previous_hash').notNull(),
    hash: bytes('hash').notNull(),
    signature: bytes('signature').notNull(),
    keyId: text('key_id').notNull(),
    sealedAt: moment('sealed_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.tenantId, table.number] }),
    index('seals_last').on(table.lastId),
    index('seals_month').on(table.tenantId, table.month, table.lastId),
  ],
)

/** The pages that have a changelog. A deleted one keeps its row, so that a late event does not bring it back. */
export const pages = pgTable(
  'pages',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    /** Its names, null until an event has them, each with the moment of the latest event that has it. */
    slug: text('slug'),
    namedAt: moment('named_at'),
    title: text('title'),
    titledAt: moment('titled_at'),
    isPublic: boolean('is_public').notNull().default(false),
    shownAt: moment('shown_at'),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.distributionId] })],
)

/** Every slug that a page has had. */
export const slugs = pgTable(
  'slugs',
  {
    tenantId: text('tenant_id').notNull(),
    slug: text('slug').notNull(),
    distributionId: text('distribution_id').notNull(),
    at: moment('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.slug, table.distributionId] })],
)

/** The versions of a page. */
export const changes = pgTable(
  'changes',
  {
    tenantId: text('tenant_id').notNull(),
    distributionId: text('distribution_id').notNull(),
    version: integer('version').notNull(),
    at: moment('at').notNull(),
    text: text('text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.tenantId, table.distributionId, table.version] })],
)
