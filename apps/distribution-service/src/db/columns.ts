import { customType } from 'drizzle-orm/pg-core'
import type { Content, FieldName } from '../entries/content.ts'
import { renameKeys, toCamelCase, toSnakeCase } from '../names.ts'

/** An object as JSON, with keys in snake_case. */
export const parts = customType<{ data: unknown; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver: (value) => JSON.stringify(renameKeys(value, toSnakeCase)),
  fromDriver: (stored) => renameKeys(stored, toCamelCase),
})

/** The name of a content field, such as `target_group`. */
export const fieldName = customType<{ data: FieldName; driverData: string }>({
  dataType: () => 'text',
  toDriver: toSnakeCase,
  fromDriver: (name) => toCamelCase(name) as FieldName,
})

/** All content as JSON: each field by its name, as its own column would store it. A field that was added later may be missing. */
export const content = customType<{ data: Partial<Content>; driverData: unknown }>({
  dataType: () => 'jsonb',
  toDriver(value) {
    const fields = Object.entries(value).map(([name, field]) => [name, renameKeys(field, toSnakeCase)])
    return JSON.stringify(Object.fromEntries(fields))
  },
  fromDriver: (stored) => renameKeys(stored, toCamelCase) as Partial<Content>,
})
