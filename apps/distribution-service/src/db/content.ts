import { customType } from 'drizzle-orm/pg-core'
import type { Content, FieldName, Seo } from '../entries/distribution.ts'
import { renameKeys, toCamelCase, toSnakeCase } from '../names.ts'

/** A column that names a field of the content, such as `target_group`. */
export const fieldName = customType<{ data: FieldName; driverData: string }>({
  dataType: () => 'text',
  toDriver: toSnakeCase,
  fromDriver: (name) => toCamelCase(name) as FieldName,
})

export const seo = customType<{ data: Seo; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(renameKeys(value, toSnakeCase)),
  fromDriver: (stored) => renameKeys(stored, toCamelCase) as Seo,
})

/** All content in one column: each field by its name, with the value that a column of its own would hold. */
export const content = customType<{ data: Content; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver(value) {
    const fields = Object.entries(value).map(([name, field]) => [name, renameKeys(field, toSnakeCase)])
    return JSON.stringify(Object.fromEntries(fields))
  },
  fromDriver: (stored) => renameKeys(stored, toCamelCase) as Content,
})
