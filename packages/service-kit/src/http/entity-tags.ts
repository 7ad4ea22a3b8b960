const listItem = /[\t ]*(?:(W\/)?("[\x21\x23-\x7e\x80-\xff]*")[\t ]*)?(?:,|$)/y

/**
 * Whether an If-Match or If-None-Match header matches the strong tag `etag` (RFC 9110, section 13.1). A value that is not a list of entity tags
 * matches nothing, and a comma within a tag is part of it. A weak tag only matches if it is compared `weakly`, which is right for
 * If-None-Match and wrong for If-Match.
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
