import { accessToken } from '../session.ts'

export type Role = 'editor' | 'admin'

/** The roles of the person who is signed in. They only decide what is shown, because the APIs check the token themselves. */
export async function readRoles(): Promise<string[]> {
  const [, payload] = (await accessToken())?.split('.') ?? []
  if (payload === undefined) return []
  const { roles } = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/'))) as { roles: string[] }
  return roles
}
