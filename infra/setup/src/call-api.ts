/** An API of ours has refused a call. */
export class ApiError extends Error {
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/**
 * Calls an API of ours and returns its JSON; any refusal is an `ApiError` that says what was refused and why. POST where there is
 * a body, unless another method is named; `ifMatch` is the ETag of what is to be changed.
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
