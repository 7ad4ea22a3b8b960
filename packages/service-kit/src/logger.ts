import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

/** An interface of our own, so that declarations of other packages can name it without knowing pino. */
export interface Logger extends PinoLogger {}

const secretFields = [
  'authorization',
  'cookie',
  '["set-cookie"]',
  'password',
  'token',
  'refreshToken',
  'clientSecret',
  'email',
]

const redactedPaths = ['', '*.', '*.*.'].flatMap((prefix) =>
  secretFields.map((field) => (field.startsWith('[') ? `${prefix.slice(0, -1)}${field}` : `${prefix}${field}`)),
)

/** A pino logger: one JSON line per entry, secrets and mail addresses masked by path, errors without the data in them. */
export function createLogger(options: {
  service: string
  version?: string
  level: string
  destination?: DestinationStream
}): Logger {
  const { service, version, level, destination } = options
  return pino(
    {
      level,
      base: { service, ...(version && { version }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: redactedPaths, censor: '[redacted]' },
      serializers: { err: describeError },
    },
    destination ?? pino.destination(1),
  )
}

// An error of pg or drizzle carries the query's parameters and the row: only named fields are logged.
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { code, kind, constraint, details } = error as Error & Record<string, unknown>
  const message = dropParameters(error.message)
  return {
    type: error.name,
    message,
    code,
    kind,
    constraint,
    details,
    stack: error.stack?.replace(error.message, message),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
    errors: error instanceof AggregateError ? error.errors.map(describeError) : undefined,
  }
}

function dropParameters(message: string): string {
  return message.startsWith('Failed query:') ? message.replace(/\nparams: [^]*$/, '') : message
}
