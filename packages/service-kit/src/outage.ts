// Lost, shut down, out of time or read-only: this is about the server behind the connection, and a new connection may find
// another. Prepared statements belong to a connection too: behind a pooler they are gone, or there twice.
const connectionStates = /^(08|57P|25006|25P03|25P04|57014|26000|42P05)/
// Nobody let in, no such database, out of resources, errors of the disk, and a lock that nobody gives back.
const outageStates = /^(28|3D|53|58|55P03)/
const outageCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

// pg has no codes for these.
const outageMessages =
  /^(timeout exceeded when trying|timeout expired|Connection (terminated|error)|Query read timeout|Client (has encountered|was closed))/i

/** Whether a server we depend on could not be reached or could not work, seen anywhere in the chain of causes. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return (
    isOfConnection(error) ||
    outageStates.test(code) ||
    outageCodes.has(code) ||
    outageMessages.test(error.message) ||
    isOutage(error.cause)
  )
}

/** Whether an error is about the connection it came by, which nobody should use again. */
export function isOfConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code = '', routine } = error as { code?: unknown; routine?: unknown }
  // A migration changed what a prepared statement returns. The text of the message may be in any language.
  return connectionStates.test(String(code)) || routine === 'RevalidateCachedQuery' || isOfConnection(error.cause)
}
