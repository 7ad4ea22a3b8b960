const listItem = /[\t ]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*)?(?:,|$)/y

/**
 * Whether an If-Match or If-None-Match names what has the strong tag `etag` (RFC 9110, section 13.1). What is no list of entity
 * tags names nothing, and a comma within a tag is part of it. A weak tag counts only where it is compared `weakly`, which is
 * right for If-None-Match and wrong for If-Match.
 */
export function namesEntity(list: string, etag: string, comparison: 'strongly' | 'weakly'): boolean {
  if (list === etag || list.trim() === '*') return true
  let isNamed = false
  listItem.lastIndex = 0
  while (listItem.lastIndex < list.length) {
    const item = listItem.exec(list)
    if (!item) return false
    const [, weak, tag] = item
    if (tag === etag && (weak === undefined || comparison === 'weakly')) isNamed = true
  }
  return isNamed
}
