const login = 'KAFKA_SASL_MECHANISM, KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD'

/** Says what to do about errors that no retry heals, if the settings explain them. To be spread into a log line. */
export function adviseOn(error: unknown, { ssl, sasl }: { ssl?: unknown; sasl?: unknown }): { advice?: string } {
  const text = error instanceof Error ? error.message : String(error)
  if (/\bSASL\b/.test(text)) return { advice: `Check ${login}: the brokers do not let this user in` }
  if (/not authorized|authorization failed/i.test(text))
    return { advice: 'Give this user the rights of this app: infra/setup does so with KAFKA_PRINCIPALS' }
  if (/certificate/i.test(text)) return { advice: 'Name the CA of the brokers in NODE_EXTRA_CA_CERTS' }
  if (/wrong version number/i.test(text)) return { advice: 'Set KAFKA_SSL=false: the brokers do not speak TLS here' }
  // A broker that restarts says no more than one that expects something else.
  if (!/closed connection|no answer|disconnected/i.test(text) || (ssl && sasl)) return {}
  const missing = [...(ssl ? [] : ['KAFKA_SSL']), ...(sasl ? [] : [login])]
  return { advice: `If this does not end, the brokers may expect what is not set: ${missing.join('; ')}` }
}
