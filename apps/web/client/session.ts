// The access token lives here and nowhere else; the refresh token is a cookie no script can read.
type Token = { token: string; until: number }
type Said = { token?: Token; out?: true; ask?: true }
const KEEPALIVE = true // a page that is left in the middle must not lose the new cookie
let held: Token | undefined
let waiting: Promise<string | undefined> | undefined
const channel = new BroadcastChannel('coursewire.session')
const fresh = (t: Token | undefined) => (t && t.until - Date.now() > 30_000 ? t : undefined)
const listeners = new Set<(signedIn: boolean) => void>()

channel.onmessage = ({ data }: MessageEvent<Said>) => {
  if (data.token) take(data.token)
  if (data.out) drop()
  const mine = data.ask ? fresh(held) : undefined
  if (mine) channel.postMessage({ token: mine } satisfies Said)
}
function take(t: Token) {
  held = t
  localStorage.setItem('coursewire.in', '1')
  for (const l of listeners) l(true)
}
function drop() {
  held = undefined
  localStorage.removeItem('coursewire.in')
  for (const l of listeners) l(false)
}

export const onSession = (l: (signedIn: boolean) => void) => (listeners.add(l), () => void listeners.delete(l))
export const hasSession = () => localStorage.getItem('coursewire.in') !== null

/** A token that is good for half a minute at least; undefined when nobody is signed in. One refresh at a time, for all tabs. */
export function accessToken(refused?: string): Promise<string | undefined> {
  const good = fresh(held)
  if (good && good.token !== refused) return Promise.resolve(good.token)
  if (!hasSession()) return Promise.resolve(undefined)
  waiting ??= navigator.locks
    .request('coursewire.refresh', async () => {
      const other = fresh(held) ?? (await askOthers())
      if (other && other.token !== refused) return other.token
      const answer = await fetch('/auth/refresh', {
        method: 'POST',
        keepalive: KEEPALIVE,
        headers: { 'content-type': 'application/json', 'x-coursewire': '1' },
        body: '{}',
      })
      if (answer.status === 401) {
        drop()
        channel.postMessage({ out: true } satisfies Said)
        return undefined
      }
      if (!answer.ok) throw new Error(`refresh ${answer.status}`)
      return signedIn(await answer.json())
    })
    .finally(() => {
      waiting = undefined
    })
  return waiting
}
function askOthers(): Promise<Token | undefined> {
  channel.postMessage({ ask: true } satisfies Said)
  return new Promise((resolve) => {
    const stop = onSession(() => {
      stop()
      resolve(fresh(held))
    })
    setTimeout(() => {
      stop()
      resolve(undefined)
    }, 60)
  })
}
export function signedIn(answer: { token: string; expiresIn: number }): string {
  const token = { token: answer.token, until: Date.now() + answer.expiresIn * 1000 }
  take(token)
  channel.postMessage({ token } satisfies Said)
  return token.token
}
export async function signOut() {
  await fetch('/auth/signout', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-coursewire': '1' },
    body: '{}',
  })
  drop()
  channel.postMessage({ out: true } satisfies Said)
}

/** fetch with the token; a 401 is answered by one refresh and one repeat. */
export async function authorized(input: Request): Promise<Response> {
  const go = (t: string | undefined) => {
    const r = new Request(input.clone())
    if (t) r.headers.set('authorization', `Bearer ${t}`)
    return fetch(r)
  }
  const token = await accessToken()
  const first = await go(token)
  if (first.status !== 401 || !token) return first
  const again = await accessToken(token)
  return again ? go(again) : first
}
