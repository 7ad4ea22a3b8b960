import { type Database, queryNamed, type Transaction } from '@coursewire/service-kit'

/** A partition in one life of its topic. */
export interface Place {
  topic: string
  life: string
  partition: number
}

export interface Position extends Place {
  position: number
}

/**
 * The database's timeline: the number of this branch of its history. It changes when a standby takes over, which may lack the last
 * transactions, and when the database is recovered to an earlier moment.
 */
const timeline = 'left(pg_walfile_name(pg_current_wal_insert_lsn()), 8)'

/** Reads the database's timeline and all positions of `consumer` in any life of these topics. Throws on a standby. */
export async function readPositions(
  db: Database | Transaction,
  consumer: string,
  topics: string[],
): Promise<{ timeline: string; positions: Position[] }> {
  const { rows } = await queryNamed<Place & { timeline: string; position: string | null }>(db, {
    name: 'read-positions',
    text: `
      SELECT server.timeline, topic, life, partition, position
      FROM (SELECT ${timeline} AS timeline) AS server
      LEFT JOIN consumer_positions ON consumer = $1 AND topic = ANY ($2)`,
    values: [consumer, topics],
  })
  return {
    timeline: rows[0]?.timeline ?? '',
    positions: rows.flatMap(({ topic, life, partition, position }) =>
      position === null ? [] : [{ topic, life, partition, position: Number(position) }],
    ),
  }
}

/** Stores positions and replaces existing ones. */
export async function setPositions(db: Database, consumer: string, positions: Position[]): Promise<void> {
  if (positions.length === 0) return
  await queryNamed(db, {
    name: 'set-positions',
    text: `
      INSERT INTO consumer_positions (consumer, topic, life, partition, position)
      SELECT $1, * FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[])
      ON CONFLICT (consumer, topic, life, partition) DO UPDATE SET position = excluded.position`,
    values: [consumer, ...toColumns(positions)],
  })
}

/** A position, and the one that was stored last. */
export interface Move extends Position {
  saved: number
}

/**
 * Moves positions on, and resolves to the moves that were made. A move is not made on another timeline than `since`, nor if the database
 * has an earlier position than `saved`, because then it has gone back and lacks effects. A position that is further (from a member that
 * was wrongly taken for dead) stays, because everything before it is done.
 */
export async function movePositions(
  db: Database,
  consumer: string,
  since: string,
  moves: Move[],
): Promise<ReadonlySet<Move>> {
  const moving = moves.filter(({ position, saved }) => position !== saved)
  const made = new Set(moves.filter(({ position, saved }) => position === saved))
  if (moving.length === 0) return made
  const { rows } = await queryNamed<{ index: number }>(db, {
    name: 'move-positions',
    text: `
      UPDATE consumer_positions AS known SET position = greatest(known.position, moved.position)
      FROM unnest($2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
           WITH ORDINALITY AS moved (topic, life, partition, position, saved, number)
      WHERE known.consumer = $1 AND known.topic = moved.topic AND known.life = moved.life
        AND known.partition = moved.partition AND known.position >= moved.saved AND ${timeline} = $7
      RETURNING moved.number::int - 1 AS index`,
    values: [consumer, ...toColumns(moving), moving.map(({ saved }) => saved), since],
  })
  const indices = new Set(rows.map(({ index }) => index))
  for (const [index, move] of moving.entries()) if (indices.has(index)) made.add(move)
  return made
}

const toColumns = (positions: Position[]) => [
  positions.map(({ topic }) => topic),
  positions.map(({ life }) => life),
  positions.map(({ partition }) => partition),
  positions.map(({ position }) => position),
]

export const isSamePlace = (a: Place, b: Place) =>
  a.topic === b.topic && a.life === b.life && a.partition === b.partition
