/**
 * Reads back the finished body of a request in the AWS Query protocol: each parameter's value, still encoded, by its name. Throws if a name is
 * repeated.
 *
 * When the SDK's serialiser throws, it keeps what it has written and glues the client's next request to it. So a sender of personal data or of a
 * row checks the body once more before it leaves.
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
