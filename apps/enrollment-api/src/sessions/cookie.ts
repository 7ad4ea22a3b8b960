import { LIFETIME_DAYS } from './refresh-token.ts'

const NAME = '__Secure-coursewire_refresh'
const ATTRIBUTES = 'Path=/auth; HttpOnly; Secure; SameSite=Strict'

/** Builds the cookie with a refresh token, which never needs an escape. */
export const buildCookie = (token: string) => `${NAME}=${token}; ${ATTRIBUTES}; Max-Age=${LIFETIME_DAYS * 86_400}`

/** Builds the cookie that removes it. */
export const buildNoCookie = () => `${NAME}=; ${ATTRIBUTES}; Max-Age=0`

/** Finds the refresh token among the cookies of a request. Several ones count as none, because a neighbour of our host has set one. */
export function findCookie(cookies = ''): string | null {
  const [found, ...others] = cookies.split(';').flatMap((cookie) => {
    const [name, ...value] = cookie.trim().split('=')
    return name === NAME ? [value.join('=')] : []
  })
  return found === undefined || others.length > 0 ? null : found
}
