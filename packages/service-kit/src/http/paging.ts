import { z } from 'zod'

export const pageLimit = z.coerce.number().int().min(1).max(100).default(20).describe('How many at most')

/** Builds a page from rows that were read with one more than requested, which only shows that there is a next page. */
export function toPage<Item extends { id: string }>(rows: Item[], size: number) {
  const items = rows.slice(0, size)
  return { items, nextCursor: rows.length > size ? (items.at(-1)?.id ?? null) : null }
}

/** Builds the schema of a page, named after its items. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  const { id, example } = item.meta() ?? {}
  return z
    .object({ items: z.array(item), nextCursor: z.string().nullable() })
    .meta({ id: `${id}Page`, example: { items: [example], nextCursor: null } })
}
