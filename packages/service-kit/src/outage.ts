/**
 * Classifies an error of a server that we depend on:
 * - `conflict`: two transactions conflicted.
 * - `locked`: another transaction held a lock for too long.
 * - `too-slow`: a statement or a transaction took too long. Its connection may still be busy.
 * - `data`: the statement itself is refused.
 * - `connection`: the server behind this connection is lost, shutting down or read-only, and a new connection may find another server.
 *   Prepared statements belong to a connection too: behind a pooler they are missing or exist twice.
 * - `server`: the server refuses connections, the database is missing, resources are used up, or a disk fails.
 * - `unreachable`: there is no connection.
 */
export type Fault = 'conflict' | 'locked' | 'too-slow' | 'data' | 'connection' | 'server' | 'unreachable'

const faults: [codes: RegExp, fault: Fault][] = [
  [/^(40001|40P01)$/, 'conflict'],
  [/^55P03$/, 'locked'],
  [/^(57014|25P03|25P04)$/, 'too-slow'],
  [/^(22|23|54)...$/, 'data'],
  [/^(08|57P|25006|26000|42P05)/, 'connection'],
  [/^(28|3D|53|58)/, 'server'],
  [/^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENOTFOUND|EAI_AGAIN)$/, 'unreachable'],
]

// pg has no codes for these.
const unreachable =
  /^(timeout exceeded when trying|timeout expired|Connection (terminated|error)|Query read timeout|Client (has encountered|was closed))/i

/** Classifies an error itself without its causes. Returns null if it is none of these. */
export function findFault(error: Error): Fault | null {
  const { code = '', routine } = error as { code?: unknown; routine?: unknown }
  // A migration changed what a prepared statement returns. The text of the message may be in any language.
  if (routine === 'RevalidateCachedQuery') return 'connection'
  const [, fault = null] = faults.find(([codes]) => codes.test(String(code))) ?? []
  return fault ?? (unreachable.test(error.message) ? 'unreachable' : null)
}

/** Whether the error or any of its causes means that a server we depend on could not be reached or could not work. */
export function isOutage(error: unknown): boolean {
  return saysAny(error, ['locked', 'too-slow', 'connection', 'server', 'unreachable'])
}

/** Whether an error is about its connection, which must not be used again. */
export function isOfConnection(error: unknown): boolean {
  return saysAny(error, ['too-slow', 'connection'])
}

function saysAny(error: unknown, wanted: Fault[]): boolean {
  if (!(error instanceof Error)) return false
  const fault = findFault(error)
  return (fault !== null && wanted.includes(fault)) || saysAny(error.cause, wanted)
}
