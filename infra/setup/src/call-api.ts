/** Calls an API of ours and returns its JSON; any refusal is an error that says what was refused and why. */
export async function callApi<Answer>(
  url: string,
  { token, body }: { token?: string; body?: object } = {},
): Promise<Answer & { status: number }> {
  const response = await fetch(url, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token && { authorization: `Bearer ${token}` }),
    },
    body: body ? JSON.stringify(body) : null,
    signal: AbortSignal.timeout(15_000),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${response.status} from ${url}: ${text.slice(0, 500)}`)
  return { ...(JSON.parse(text) as Answer), status: response.status }
}
