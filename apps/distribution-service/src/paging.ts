import { z } from 'zod'

export { pageLimit as limit, pageOf } from '@coursewire/service-kit'

export const distributionId = z.string().regex(/^dist_[0-9a-f-]{36}$/)
export const courseId = z.string().min(1).max(128)

const MAX_COURSES = 100
/** Several course ids, separated by commas. An id that has a comma itself cannot be among them. */
export const courseIds = z
  .string()
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(courseId).max(MAX_COURSES))
  .describe(`The ids of courses, separated by commas, at most ${MAX_COURSES} different ones. Unknown ones are left out`)

/** Builds a page from rows that were read with one more than requested, which only shows that there is a next page. */
export function toPage<Row, Item>(
  rows: Row[],
  size: number,
  toCursor: (row: Row) => string,
  toItem: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null } {
  const page = rows.slice(0, size)
  const last = page.at(-1)
  return { items: page.map(toItem), nextCursor: rows.length > size && last ? toCursor(last) : null }
}
