// The token of a mailed link is a secret: it leaves the address bar, and with it the history, before anything else happens. Only this
// page's memory has it. There is no hook here, because early.ts would load React for it.
let token: string | null = null
const listeners = new Set<() => void>()

function take(): void {
  const found = new URLSearchParams(location.hash.slice(1)).get('token')
  if (found === null) return
  token = found
  history.replaceState(history.state, '', location.pathname + location.search)
  for (const listener of listeners) listener()
}

take()
// A link that is pasted over the same page does not load it anew.
addEventListener('hashchange', take)

export const getMailToken = (): string | null => token

/** Calls `listener` whenever there is another token. Returns what stops that. */
export function onMailToken(listener: () => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}
