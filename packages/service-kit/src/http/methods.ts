/** Collects the methods of each path, which a refusal of any other method must name. */
export function createMethodTable() {
  const known = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  return {
    add(url: string, methods: string | string[]): void {
      const entry = known.get(url) ?? { pattern: compilePath(url), methods: new Set() }
      for (const name of [methods].flat()) entry.methods.add(name)
      known.set(url, entry)
    },
    find(path: string): string[] {
      const entries = [...known.values()].filter(({ pattern }) => pattern.test(path))
      return [...new Set(entries.flatMap(({ methods }) => [...methods]))]
    },
  }
}

export type MethodTable = ReturnType<typeof createMethodTable>

function compilePath(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part === '*' ? '.*' : part.replace(/[^\w-]/g, '\\$&')))
    .join('/')
  return new RegExp(`^${source}$`)
}
