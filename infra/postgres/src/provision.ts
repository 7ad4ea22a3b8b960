import pg from 'pg'

export type ServicePasswords = { owner: string; run: string }
export type ServiceAccess = { databaseUrl: string; migrateDatabaseUrl: string }

/**
 * Gives a service its database `<service>`, the role `<service>_owner` for migrations and the role `<service>` to run as. Returns how each
 * role connects. You may repeat it and run it from several processes at once: what exists is kept, and the passwords are updated. The
 * administrator needs CREATEROLE and CREATEDB. Without ADMIN of `pg_read_all_stats`, the service sees its own snapshots only.
 */
export async function provisionService(
  adminUrl: string,
  service: string,
  passwords: ServicePasswords,
): Promise<ServiceAccess> {
  if (!/^[a-z][a-z0-9_]{0,50}$/.test(service)) throw new Error(`Not a name for a database and a role: ${service}`)
  const owner = ownerOf(service)

  await withClient(adminUrl, async (admin) => {
    // Without the lock, two processes that change the same catalogue rows fail with "tuple concurrently updated".
    await admin.query(`select pg_advisory_lock(hashtext('coursewire.provision'))`)
    await createRole(admin, owner, passwords.owner)
    await createRole(admin, service, passwords.run)
    // An administrator who is no superuser, as on RDS, may only do something for roles whose member it is.
    await admin.query(`grant ${owner} to current_user with inherit true, set true`)
    // Otherwise it would not see how long the sessions of others, such as a backup, keep deleted rows in its way.
    const { rows } = await admin.query(
      `select pg_has_role('pg_read_all_stats', 'usage with admin option') as "mayGrant"`,
    )
    if (rows[0].mayGrant) await admin.query(`grant pg_read_all_stats to ${service}`)
    const { rowCount } = await admin.query('select from pg_database where datname = $1', [service])
    if (rowCount === 0) await admin.query(`create database ${service} owner ${owner} template template0`)
    await isolateDatabase(admin, service, service)
    for (const shared of ['postgres', 'template1'])
      await admin.query(`revoke connect on database ${shared} from public`)
  })

  await withClient(withDatabase(adminUrl, service), async (admin) => {
    const forOwner = `alter default privileges for role ${owner} in schema public`
    await admin.query(`revoke create on schema public from public`)
    await admin.query(`${forOwner} grant select, insert, update, delete on tables to ${service}`)
    await admin.query(`${forOwner} grant usage, select on sequences to ${service}`)
  })

  return accessOf(adminUrl, service, passwords)
}

/** Returns how the roles of a service connect, to the server that any of its URLs names. */
export function accessOf(serverUrl: string, service: string, passwords: ServicePasswords): ServiceAccess {
  const url = withDatabase(serverUrl, service)
  return {
    databaseUrl: withLogin(url, service, passwords.run),
    migrateDatabaseUrl: withLogin(url, ownerOf(service), passwords.owner),
  }
}

const ownerOf = (service: string) => `${service}_owner`

/** Lets only the owner of `database` and `role` connect to it. Every copy needs this again, because copies do not inherit such rights. */
export async function isolateDatabase(admin: pg.Client, database: string, role: string): Promise<void> {
  await admin.query(`revoke all on database ${database} from public`)
  await admin.query(`grant connect on database ${database} to ${role}`)
}

async function createRole(admin: pg.Client, role: string, password: string): Promise<void> {
  const { rowCount } = await admin.query('select from pg_roles where rolname = $1', [role])
  const verb = rowCount === 0 ? 'create' : 'alter'
  await admin.query(`${verb} role ${role} login password ${admin.escapeLiteral(password)}`)
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  // A connection that breaks rejects its query and is reported as an event too. Unheard, that event would end the process, and with
  // it the message that says why the server was taken down.
  client.on('error', () => undefined)
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url)
  changed.pathname = `/${database}`
  return changed.href
}

function withLogin(url: string, user: string, password: string): string {
  const changed = new URL(url)
  changed.username = user
  changed.password = encodeURIComponent(password)
  return changed.href
}
