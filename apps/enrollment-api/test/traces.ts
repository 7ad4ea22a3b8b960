import type { Service } from './helpers.ts'

/** Returns the tables of the database that contain the text anywhere, also as bytes. */
export async function findTraces({ admin }: Pick<Service, 'admin'>, text: string): Promise<string[]> {
  const { rows: tables } = await admin.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    // A row as text shows bytes in hexadecimal.
    const { rowCount } = await admin.query(
      `SELECT FROM ${name} AS row
       WHERE strpos(lower(row::text), lower($1)) > 0 OR strpos(row::text, encode(convert_to($1, 'UTF8'), 'hex')) > 0 LIMIT 1`,
      [text],
    )
    if (rowCount === 1) found.push(name)
  }
  return found
}
