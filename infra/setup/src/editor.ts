import { tenant } from '@coursewire/product'
import { callApi } from './call-api.ts'
import type { Prepared } from './prepare.ts'
import type { Secrets } from './secrets.ts'

const email = 'editor@example.com'
/** Well before a token expires, which is after a quarter of an hour. */
const RENEW_AFTER_MS = 5 * 60_000

/** An editor of the catalogue whose session does not expire. */
export interface Editor {
  /** Like `callApi`, with a token that is renewed before it expires. */
  call: typeof callApi
}

/** Creates the account of the editor who publishes. An existing account is kept. */
export async function createEditorAccount(
  { runAccountsCli }: Pick<Prepared, 'runAccountsCli'>,
  { editorPassword }: Pick<Secrets, 'editorPassword'>,
): Promise<void> {
  const account = ['--tenant', tenant, '--email', email, '--name', 'Editor', '--role', 'editor']
  await runAccountsCli(['create-user', ...account], editorPassword)
}

/** Returns the editor with the existing account. Signs in at the first call. */
export function createEditor(
  enrollmentApi: string,
  { editorPassword: password }: Pick<Secrets, 'editorPassword'>,
): Editor {
  let session: { token: Promise<string>; renewAt: number } | null = null

  async function signIn(): Promise<string> {
    const body = { email, password }
    return (await callApi<{ token: string }>(`${enrollmentApi}/auth/signin`, { body })).token
  }

  /** Concurrent calls share one sign-in. If it fails, the next call tries again. */
  function getToken(): Promise<string> {
    if (session && performance.now() < session.renewAt) return session.token
    const begun = { token: signIn(), renewAt: performance.now() + RENEW_AFTER_MS }
    begun.token.catch(() => {
      if (session === begun) session = null
    })
    session = begun
    return begun.token
  }

  return { call: async (url, options) => callApi(url, { ...options, token: await getToken() }) }
}
