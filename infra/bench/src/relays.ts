import type { Base } from '@coursewire/local'
import { waitFor } from '@coursewire/servers'
import { connect } from './app-processes.ts'

/**
 * Keeps the relays of a database from sending, until the returned function is called: takes the locks of the leader, so that the app is a
 * follower as any other instance.
 */
export async function holdRelays(
  { postgres, databases }: Base,
  database: keyof Base['databases'],
): Promise<() => Promise<void>> {
  // Only the superuser may end sessions of others.
  const url = new URL(postgres.url)
  url.pathname = new URL(databases[database].databaseUrl).pathname
  const [holder, admin] = [await connect(url.href), await connect(url.href)]
  let isHeld = false
  const holding = holder
    .query(
      `SELECT pg_advisory_lock(hashtext('coursewire.relay'), hashtext(channel)) FROM unnest('{kafka,sns}'::text[]) AS channel`,
    )
    .then(() => {
      isHeld = true
    })
  await waitFor(async () => {
    await admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE application_name LIKE 'relay-%' AND datname = current_database()`,
    )
    return isHeld
  })
  await holding
  await admin.end()
  return () => holder.end()
}
