import { readFileSync } from 'node:fs'
import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'
import type pg from 'pg'

type Statement<Row> = (db: Database | Transaction, values: Record<string, unknown>) => Promise<Row[]>

/** A statement of the folder `sql`, whose parameters have names: `:tenantId`. */
export function readStatement<Row extends pg.QueryResultRow>(name: string): Statement<Row> {
  const file = readFileSync(new URL(`../../sql/${name}.sql`, import.meta.url), 'utf8')
  const parameters = [...new Set(file.match(parameter))]
  const text = file.replaceAll(parameter, (found) => `$${parameters.indexOf(found) + 1}`)
  return async (db, given) => {
    const values = parameters.map((found) => given[found.slice(1)])
    return (await queryNamed<Row>(db, { name, text, values })).rows
  }
}

/** A cast has two colons. */
const parameter = /(?<!:):[a-z]\w*/gi
