// No word of PromQL that can stand before a metric, and no function, because that has a bracket behind it.
const keywords = new Set(['and', 'or', 'unless', 'offset', 'bool', 'by', 'without', 'on', 'ignoring'])
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g

/** Finds the metrics that an expression names, each with the labels by which it is selected or the expression grouped. */
export function findMetrics(expr: string): { name: string; labels: string[] }[] {
  const bare = expr.replaceAll(/"[^"]*"/g, '""')
  const grouped = [...bare.matchAll(grouping)].flatMap(([, list = '']) => list.match(/\w+/g) ?? [])
  const rest = bare.replaceAll(grouping, ' ').replaceAll(/\[[^\]]*\]|offset \w+/g, ' ')
  return [...rest.matchAll(/\b([a-zA-Z_]\w*)\b\s*(\(|\{([^}]*)\})?/g)].flatMap(
    ([, name = '', after, matchers = '']) => {
      if (after === '(' || keywords.has(name)) return []
      const selected = [...matchers.matchAll(/(\w+)\s*[=!]/g)].map(([, label = '']) => label)
      return [{ name, labels: [...new Set([...selected, ...grouped])] }]
    },
  )
}
