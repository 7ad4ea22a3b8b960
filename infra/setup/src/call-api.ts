/** One of our APIs has refused a call. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Calls one of our APIs and returns its JSON. Every refusal is an `ApiError` that says what was refused and why. The method is POST if there
 * is a body, unless another one is given. `ifMatch` is the ETag of the resource to change.
 */
export async function callApi<Answer>(
  url: string,
  { token, body, ifMatch, method = body ? 'POST' : 'GET' }: CallOptions = {},
): Promise<Answer & { status: number }> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
      ...(ifMatch && { 'if-match': ifMatch }),
    },
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  if (!response.ok) {
    throw new ApiError(response.status, `${response.status} from ${method} ${url}: ${text.slice(0, 500)}`)
  }
  return { ...(text ? (JSON.parse(text) as Answer) : ({} as Answer)), status: response.status }
}

interface CallOptions {
  token?: string
  body?: object
  ifMatch?: string
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
}
