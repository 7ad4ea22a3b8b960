import { readFileSync } from 'node:fs'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import type pg from 'pg'

type Statement<Row> = (db: Database | Transaction, values: Record<string, unknown>) => Promise<Row[]>

/** Reads a statement of the folder `sql`. Its parameters have names, `:tenantId`; `-- include <name>` stands for another file. */
export function readStatement<Row extends pg.QueryResultRow>(name: string): Statement<Row> {
  const file = readFile(name)
  const parameters = [...new Set(file.match(parameter))]
  const text = file.replaceAll(parameter, (found) => `$${parameters.indexOf(found) + 1}`)
  return async (db, given) => {
    const values = parameters.map((found) => given[found.slice(1)])
    return (await queryNamed<Row>(db, { name, text, values })).rows
  }
}

const readFile = (name: string): string =>
  readFileSync(new URL(`../../sql/${name}.sql`, import.meta.url), 'utf8').replaceAll(
    /^ *-- include (.+)$/gm,
    (_, included: string) => readFile(included),
  )

/** A cast has two colons. */
const parameter = /(?<!:):[a-z]\w*/gi
