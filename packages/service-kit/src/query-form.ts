/**
 * The finished body of a request in the AWS Query protocol, read back: each parameter's value, still encoded, by its name.
 * Throws where a name stands twice.
 *
 * The SDK's serialiser keeps what it has written when it throws, and glues the next request of its client to it. So whoever
 * sends what belongs to one person or one row looks at the body once more before it leaves.
 */
export function readQueryForm(body: unknown): Map<string, string> {
  const form = new Map<string, string>()
  for (const pair of String(body).split('&')) {
    const end = pair.indexOf('=')
    const name = pair.slice(0, end)
    if (form.has(name)) throw new Error(`the finished request holds ${name} twice`)
    form.set(name, pair.slice(end + 1))
  }
  return form
}
