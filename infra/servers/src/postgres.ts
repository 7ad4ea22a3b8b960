import { acceptsConnections, startEmbeddedPostgres } from './embedded-postgres.ts'
import { createGivenControls, type PostgresOptions, type PostgresServer, startWithFirst, testOrder } from './server.ts'

const product = {
  name: 'PostgreSQL',
  remedy: 'Install Docker, or give a server by COURSEWIRE_POSTGRES_URL.',
}

/** Finds or starts a PostgreSQL 18 for this process: given by COURSEWIRE_POSTGRES_URL, in Docker (with docker-compose.yml if its data is kept), or embedded. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const { order = testOrder, dataDir, requiresTls, log = () => {} } = options
  if (requiresTls) return startEmbeddedPostgres({ ...options, log })
  const url = process.env['COURSEWIRE_POSTGRES_URL']
  return startWithFirst(
    product,
    order,
    {
      given: url ? () => takeGivenPostgres(url) : undefined,
      docker: async () =>
        dataDir
          ? (await import('./compose-servers.ts')).startComposePostgres({ ...options, dataDir, log })
          : (await import('./docker.ts')).startDockerPostgres({ ...options, log }),
      embedded: () => startEmbeddedPostgres({ ...options, log }),
    },
    log,
  )
}

/** Starts a PostgreSQL for one test, which may stop and kill it. */
export function ownPostgres(options: Omit<PostgresOptions, 'order'> = {}): Promise<PostgresServer> {
  return startPostgres({ ...options, order: testOrder.filter((provider) => provider !== 'given') })
}

async function takeGivenPostgres(url: string): Promise<PostgresServer> {
  const { host } = new URL(url)
  if (!(await acceptsConnections(url)))
    throw new Error(`PostgreSQL at ${host} (COURSEWIRE_POSTGRES_URL) does not let us in`)
  return {
    provider: 'given',
    description: `PostgreSQL, given, on ${host}`,
    url,
    pid: undefined,
    ...createGivenControls('PostgreSQL'),
  }
}
