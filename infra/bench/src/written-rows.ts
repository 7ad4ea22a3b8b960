import { toBinaryArray } from '@coursewire/messaging'
import type pg from 'pg'

interface Table {
  name: string
  /** Inserts rows that are given as columns of text. */
  insert: string
  rows: (string | null)[][]
}

/** Reads all rows of the tables, each in the order of a column, so that they can be written again. */
export async function readRows(client: pg.Client, tables: Record<string, string>): Promise<Table[]> {
  const read: Table[] = []
  for (const [name, order] of Object.entries(tables)) {
    const { rows: columns } = await client.query<{ name: string; type: string }>(
      `SELECT quote_ident(attname) AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
       WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attidentity = '' AND attgenerated = ''`,
      [name],
    )
    const list = (show: (column: { name: string; type: string }, index: number) => string) => columns.map(show).join()
    const { rows } = await client.query<(string | null)[]>({
      text: `SELECT ${list((column) => `${column.name}::text`)} FROM ${name} ORDER BY ${order}`,
      rowMode: 'array',
    })
    const insert = `INSERT INTO ${name} (${list((column) => column.name)})
      SELECT ${list((column) => `${column.name}::${column.type}`)}
      FROM unnest(${list((_, index) => `$${index + 1}::text[]`)}) AS row (${list((column) => column.name)})`
    read.push({ name, insert, rows })
  }
  return read
}

/** Writes rows again, so many of each table a transaction, with one statement a table. */
export async function writeRows(client: pg.Client, tables: Table[], batch: number): Promise<void> {
  const count = Math.max(...tables.map(({ rows }) => rows.length))
  for (let from = 0; from < count; from += batch) {
    await client.query('BEGIN')
    for (const { name, insert, rows } of tables) {
      const chunk = rows.slice(from, from + batch)
      const values = (rows[0] ?? []).map((_, column) =>
        toBinaryArray(
          'text',
          chunk.map((row) => row[column] ?? null),
        ),
      )
      await client.query({ name, text: insert, values })
    }
    await client.query('COMMIT')
  }
}
