// Connection lost, out of resources, shutting down, and the limits that a stopped or overloaded server runs into.
const outageStates = /^(08|53|57P|25P03|25P04|55P03|57014)/
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
  /^(timeout exceeded when trying|timeout expired|Connection terminated|Query read timeout|Client (has encountered|was closed))/

/** Whether a server we depend on could not be reached or could not work, seen anywhere in the chain of causes. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return outageStates.test(code) || outageCodes.has(code) || outageMessages.test(error.message) || isOutage(error.cause)
}
