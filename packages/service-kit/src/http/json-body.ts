import { errorCodes, type FastifyInstance } from 'fastify'

const maxDepth = 32
const utf8 = new TextDecoder('utf-8', { fatal: true })
const stringOrBracket = /("[^"\\]*(?:\\.[^"\\]*)*")(\s*:)?|[{}[\]]/g
const loneSurrogate = /\p{Surrogate}/u

/**
 * Accepts only JSON bodies, and only those that every reader understands in the same way: valid UTF-8, no repeated keys, no `__proto__`, at
 * most 32 levels, no text that Postgres cannot store.
 */
export function addStrictJson(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => {
    try {
      return parseStrictJson(body)
    } catch {
      throw new errorCodes.FST_ERR_CTP_INVALID_JSON_BODY()
    }
  })
  app.addHook('preValidation', (request, _reply, done) => {
    const isAccepted = areStorable(request.params) && areStorable(request.query)
    done(isAccepted ? undefined : new errorCodes.FST_ERR_BAD_URL(request.routeOptions.url))
  })
}

function parseStrictJson(body: Buffer): unknown {
  const text = utf8.decode(body)
  const value: unknown = JSON.parse(text)

  // The text is valid JSON from here on, so only strings and brackets matter.
  const levels: (Set<string> | null)[] = []
  for (const [token, string, colon] of text.matchAll(stringOrBracket)) {
    if (token === '{' || token === '[') {
      if (levels.push(token === '{' ? new Set() : null) > maxDepth) throw new Error('Too deep')
    } else if (token === '}' || token === ']') {
      levels.pop()
    } else if (string !== undefined) {
      const content: unknown = JSON.parse(string)
      if (typeof content !== 'string' || !isStorable(content)) throw new Error('Not text')
      if (colon !== undefined) addKey(levels.at(-1), content)
    }
  }
  return value
}

function addKey(keys: Set<string> | null | undefined, key: string): void {
  if (!keys || keys.has(key) || key === '__proto__') throw new Error('Key twice or forbidden')
  keys.add(key)
}

function areStorable(values: unknown): boolean {
  for (const [name, value] of Object.entries(values ?? {})) {
    if (!isStorable(name) || !isStorable(String(value))) return false
  }
  return true
}

function isStorable(text: string): boolean {
  return !text.includes('\0') && !loneSurrogate.test(text)
}
