import { tenant } from '@coursewire/product'
import { callApi } from './call-api.ts'
import type { Prepared } from './prepare.ts'
import type { Secrets } from './secrets.ts'

const email = 'editor@example.com'
/** Well before a token ends, which is after a quarter of an hour. */
const RENEW_AFTER_MS = 5 * 60_000

/** Somebody who edits the catalogue, for as long as it takes. */
export interface Editor {
  /** As `callApi`, with a token that is renewed before it ends. */
  call: typeof callApi
}

/** Makes the account of the editor who publishes. What exists is kept. */
export async function createEditorAccount(
  { runAccountsCli }: Pick<Prepared, 'runAccountsCli'>,
  { editorPassword }: Pick<Secrets, 'editorPassword'>,
): Promise<void> {
  const account = ['--tenant', tenant, '--email', email, '--name', 'Editor', '--role', 'editor']
  await runAccountsCli(['create-user', ...account], editorPassword)
}

/** The editor whose account there is; signs in at the first call. */
export function createEditor(
  enrollmentApi: string,
  { editorPassword: password }: Pick<Secrets, 'editorPassword'>,
): Editor {
  let session: { token: Promise<string>; renewAt: number } | null = null

  async function signIn(): Promise<string> {
    const body = { email, password }
    return (await callApi<{ token: string }>(`${enrollmentApi}/auth/signin`, { body })).token
  }

  /** Calls at the same time share one sign-in; after one that failed the next call tries again. */
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
