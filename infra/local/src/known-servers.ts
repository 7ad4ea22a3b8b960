import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kafka } from '@coursewire/messaging'
import { type KafkaServer, type PostgresServer, waitFor } from '@coursewire/servers'
import pg from 'pg'

/** The identities of the servers, independent of their addresses. */
interface Ids {
  kafkaClusterId: string
  postgresSystemIdentifier: string
}

/**
 * Throws unless the servers are those that this directory has worked with so far; the first call records them. Positions in topics belong
 * to the effects of the records before them. If one of the two servers were replaced, events would be skipped or handled again.
 */
export async function assertKnownServers(
  directory: string,
  { postgres, kafka, kafkaClient }: { postgres: PostgresServer; kafka: KafkaServer; kafkaClient: Kafka },
): Promise<void> {
  const file = join(directory, 'servers.json')
  const [kafkaClusterId, postgresSystemIdentifier] = await Promise.all([
    readClusterId(kafkaClient),
    readSystemIdentifier(postgres.url),
  ])
  if (!existsSync(file)) {
    writeFileSync(file, JSON.stringify({ kafkaClusterId, postgresSystemIdentifier } satisfies Ids, null, 2))
    return
  }
  const known = JSON.parse(readFileSync(file, 'utf8')) as Ids
  const strange = [
    ...(kafkaClusterId === known.kafkaClusterId
      ? []
      : [`${kafka.description}, is cluster ${kafkaClusterId} and not ${known.kafkaClusterId}`]),
    ...(postgresSystemIdentifier === known.postgresSystemIdentifier
      ? []
      : [`${postgres.description}, is system ${postgresSystemIdentifier} and not ${known.postgresSystemIdentifier}`]),
  ]
  if (strange.length === 0) return
  throw new Error(
    `${strange.join('\n')}\nThe data of this checkout belongs to another server. Use that server again, or delete all data: npm start -- --fresh`,
  )
}

/**
 * Throws if other services are members of these groups, and still are after Kafka would have dropped killed members. Our services would
 * share the records with them.
 */
export async function assertNobodyConsumes(
  kafkaClient: Kafka,
  groups: string[],
  { patienceMs = 60_000, log }: { patienceMs?: number; log: (line: string) => void },
): Promise<void> {
  await withAdmin(kafkaClient, async (admin) => {
    const findMembers = async () =>
      (await admin.describeGroups(groups)).groups.flatMap(({ groupId, members }) =>
        members.map(({ clientHost }) => `${groupId} at ${clientHost.replace('/', '')}`),
      )
    const members = await findMembers()
    if (members.length === 0) return
    log(`Waiting for other consumers to leave: ${members.join(', ')}`)
    await waitFor(async () => (await findMembers()).length === 0, { timeoutMs: patienceMs, intervalMs: 500 }).catch(
      () => {
        throw new Error(
          `Other services are already consuming from this Kafka (${members.join(', ')}). Stop them, or use another Kafka`,
        )
      },
    )
  })
}

const readClusterId = (kafkaClient: Kafka): Promise<string> =>
  withAdmin(kafkaClient, async (admin) => (await admin.describeCluster()).clusterId)

async function withAdmin<T>(kafkaClient: Kafka, work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
  const admin = kafkaClient.admin()
  await admin.connect()
  try {
    return await work(admin)
  } finally {
    await admin.disconnect()
  }
}

async function readSystemIdentifier(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  // The query rejects as well.
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ id: string }>('SELECT system_identifier::text AS id FROM pg_control_system()')
    return rows[0]?.id ?? ''
  } finally {
    await client.end()
  }
}
