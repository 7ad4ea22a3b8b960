// The session of this browser. The access token is in this module's memory and nowhere else; the refresh token is a cookie that no script sees.
import { device, ENROLLED, hasSession, SIGNED_IN, tab } from './storage.ts'

type Token = { token: string; until: number }
type Message = { token: Token } | 'asking' | 'ended'

/** Held by the one tab that refreshes. */
const REFRESH = 'coursewire.refresh'
/** Held by every tab that has a token for others. */
const HOLDER = 'coursewire.token'
const MARGIN_MS = 30_000
/** Longer than a busy tab takes to answer. */
const ANSWER_MS = 3_000

const headers = { 'content-type': 'application/json', 'x-coursewire': '1' }
const channel = new BroadcastChannel('coursewire.session')
const listeners = new Set<(isSignedIn: boolean) => void>()
let held: Token | undefined
let refreshing: Promise<string | undefined> | undefined
let letGo = () => {}

channel.onmessage = ({ data }: MessageEvent<Message>) => {
  if (data === 'ended') drop()
  else if (data !== 'asking') keep(data.token)
  else if (held && isGood(held)) tell({ token: held })
}
// A page that holds a lock cannot be kept for the way back.
addEventListener('pagehide', () => letGo())

const tell = (message: Message) => channel.postMessage(message)
const isGood = ({ until }: Token) => until - Date.now() > MARGIN_MS

function keep(token: Token): void {
  held = token
  device.set(SIGNED_IN, '1')
  letGo()
  const over = new Promise<void>((resolve) => {
    letGo = resolve
    setTimeout(resolve, token.until - Date.now() - MARGIN_MS)
  })
  navigator.locks.request(HOLDER, { mode: 'shared' }, () => over).catch(() => {})
  for (const listener of listeners) listener(true)
}

function drop(): void {
  held = undefined
  device.set(SIGNED_IN, null)
  tab.set(ENROLLED, null)
  letGo()
  for (const listener of listeners) listener(false)
}

/** Calls `listener` whenever somebody has signed in or out, in whichever tab. Returns what stops that. */
export function onSession(listener: (isSignedIn: boolean) => void): () => void {
  listeners.add(listener)
  return () => void listeners.delete(listener)
}

/**
 * Returns a token that is good for half a minute at least, and not the one that was refused; undefined when nobody is signed in. All tabs
 * together refresh once. Throws when the session cannot be refreshed now.
 */
export function accessToken(refused?: string): Promise<string | undefined> {
  const find = () => (held && isGood(held) && held.token !== refused ? held.token : undefined)
  const found = find()
  if (found || !hasSession()) return Promise.resolve(found)
  refreshing ??= alone(REFRESH, async () => {
    if (!refused) await askOthers(() => find() !== undefined)
    return find() ?? (await refresh())
  }).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** Runs `work` while no other tab does. Where locks are switched off together with storage, it runs all the same. */
export async function alone<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  let hasBegun = false
  const begin = () => {
    hasBegun = true
    return work()
  }
  return navigator.locks.request(name, begin).catch((error: unknown) => {
    if (hasBegun) throw error
    return work()
  })
}

async function askOthers(isAnswered: () => boolean): Promise<void> {
  letGo()
  const { held: locks } = await navigator.locks.query().catch(() => ({ held: [] }))
  if (isAnswered() || !locks?.some(({ name }) => name === HOLDER)) return
  await new Promise<void>((resolve) => {
    const stop = onSession(done)
    const timer = setTimeout(done, ANSWER_MS)
    function done() {
      stop()
      clearTimeout(timer)
      resolve()
    }
    tell('asking')
  })
}

async function refresh(): Promise<string | undefined> {
  // A page that is left meanwhile must not lose the new cookie.
  const answer = await fetch('/auth/refresh', { method: 'POST', keepalive: true, headers, body: '{}' })
  if (answer.status === 401 || answer.status === 403) {
    endSession()
    return undefined
  }
  if (!answer.ok) throw new Error(`The session was not refreshed: ${answer.status}`)
  return signedIn(await answer.json())
}

/** Takes the answer of a sign-in or a refresh, for all tabs. Returns the token. */
export function signedIn({ token, expiresIn }: { token: string; expiresIn: number }): string {
  const taken = { token, until: Date.now() + expiresIn * 1_000 }
  keep(taken)
  tell({ token: taken })
  return token
}

/** Forgets the session in all tabs. It has ended. */
export function endSession(): void {
  drop()
  tell('ended')
}

/** Throws, and stays signed in, when the server did not hear of it. */
export async function signOut(): Promise<void> {
  const answer = await fetch('/auth/signout', { method: 'POST', headers, body: '{}' })
  if (!answer.ok) throw new Error(`The session was not ended: ${answer.status}`)
  endSession()
}

/** Fetches with the token. A 401 is followed by one refresh and one more try. */
export async function authorized(request: Request): Promise<Response> {
  const send = (token: string | undefined) => {
    const copy = request.clone()
    if (token) copy.headers.set('authorization', `Bearer ${token}`)
    return fetch(copy)
  }
  const token = await accessToken()
  const answer = await send(token)
  if (answer.status !== 401 || !token) return answer
  const another = await accessToken(token)
  return another ? send(another) : answer
}
