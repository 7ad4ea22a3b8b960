/** An error as the real service reports it. Clients see the code. */
export class QueryError extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

type XmlValue = string | XmlValue[] | { [tag: string]: XmlValue }

export type ServiceName = 'sns' | 'ses'

export type Action = (parameters: URLSearchParams, region: string) => Promise<XmlValue>

export interface Service {
  name: ServiceName
  namespace: string
  throttling: QueryError
  failure: QueryError
  actions: Map<string, Action>
}

/** Reads the numbered items under a prefix (`Tags.member.1.Name`) with their own names. A plain item has the name ''. */
export function readItems(parameters: URLSearchParams, prefix: string): URLSearchParams[] {
  const items = new Map<number, URLSearchParams>()
  for (const [name, value] of parameters) {
    const [, position, rest = ''] = name.startsWith(`${prefix}.`)
      ? (/^(\d+)(?:\.(.*))?$/.exec(name.slice(prefix.length + 1)) ?? [])
      : []
    if (position === undefined) continue
    const item = items.get(Number(position)) ?? new URLSearchParams()
    items.set(Number(position), item)
    item.append(rest, value)
  }
  return [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
}

export function renderResult(namespace: string, action: string, result: XmlValue, requestId: string): string {
  const body = renderXml({ [`${action}Result`]: result, ResponseMetadata: { RequestId: requestId } })
  return `<${action}Response xmlns="${namespace}">${body}</${action}Response>`
}

export function renderError({ status, code, message }: QueryError, requestId: string): string {
  const Type = status < 500 ? 'Sender' : 'Receiver'
  return renderXml({ ErrorResponse: { Error: { Type, Code: code, Message: message }, RequestId: requestId } })
}

function renderXml(value: XmlValue): string {
  if (typeof value === 'string') return escapeXml(value)
  if (Array.isArray(value)) return value.map((item) => `<member>${renderXml(item)}</member>`).join('')
  return Object.entries(value)
    .map(([tag, content]) => `<${tag}>${renderXml(content)}</${tag}>`)
    .join('')
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

function escapeXml(text: string): string {
  // XML 1.0 cannot express most control characters, not even escaped.
  return text.replace(/[&<>"]|[^\t\n\r -\uFFFD]/g, (character) => entities[character] ?? '\uFFFD')
}
