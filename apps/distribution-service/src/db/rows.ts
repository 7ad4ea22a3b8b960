import { toBinaryArray } from '@coursewire/messaging'
import { getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { PgColumn, PgTable } from 'drizzle-orm/pg-core'

/**
 * Builds a SELECT of the rows, with all columns of the table in its order, or only with the named fields. It has one parameter per column,
 * however many rows there are. A value that is the same in all rows is sent once.
 */
export function selectRows<Table extends PgTable, Field extends keyof Table['$inferSelect'] & string>(
  table: Table,
  rows: Pick<Table['$inferSelect'], Field>[],
  fields?: readonly Field[],
): SQL {
  const columns = Object.entries(getTableColumns(table)).filter(([field, column]) =>
    fields ? fields.includes(field as Field) : !column.generated,
  )
  const selected: SQL[] = []
  const arrays: SQL[] = []
  const names: SQL[] = []
  for (const [field, column] of columns) {
    const texts = rows.map((row: Record<string, unknown>) => toText(column, row[field]))
    const type = sql.raw(column.getSQLType())
    const name = sql`${sql.identifier(column.name)}`
    if (rows.length > 1 && texts.every((text) => text === texts[0])) {
      selected.push(sql`${sql.param(texts[0])}::${type} AS ${name}`)
    } else {
      selected.push(sql`${name}::${type}`)
      arrays.push(toArray(texts))
      names.push(name)
    }
  }
  const list = (parts: SQL[]) => sql.join(parts, sql`, `)
  return sql`SELECT ${list(selected)} FROM unnest(${list(arrays)}) AS row (${list(names)})`
}

function toText(column: PgColumn, value: unknown): string | null {
  return value === null || value === undefined ? null : String(column.mapToDriverValue(value))
}

const toArray = (texts: (string | null)[]) => sql`${sql.param(toBinaryArray('text', texts))}::text[]`

/** Builds the condition that the columns have one of these combinations of values. */
export function isAnyOf(columns: PgColumn[], values: string[][]): SQL {
  const arrays = columns.map((_, index) => toArray(values.map((row) => row[index] ?? null)))
  return sql`(${sql.join(columns, sql`, `)}) IN (SELECT * FROM unnest(${sql.join(arrays, sql`, `)}))`
}
