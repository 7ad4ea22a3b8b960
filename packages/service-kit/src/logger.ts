import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger as PinoLogger, pino } from 'pino'

/** An interface of our own, so that declarations of other packages can name it without knowing pino. */
export interface Logger extends PinoLogger {}

const secretFields = new Set([
  'authorization',
  'cookie',
  'set-cookie',
  'password',
  'token',
  'refreshToken',
  'clientSecret',
  'email',
])
const MAX_DEPTH = 5

/**
 * The value with secrets masked; itself where it holds none. By hand, as pino's own redaction with wildcards takes two
 * thirds of the time of a line, and most lines have nothing to mask.
 */
function mask<Value>(value: Value, depth = 0): Value {
  if (typeof value !== 'object' || value === null || depth === MAX_DEPTH) return value
  if (value instanceof Error || ArrayBuffer.isView(value)) return value
  let copy: Record<string, unknown> | null = null
  for (const [name, item] of Object.entries(value)) {
    const shown = secretFields.has(name) ? '[redacted]' : mask<unknown>(item, depth + 1)
    if (shown === item) continue
    copy ??= (Array.isArray(value) ? [...value] : { ...value }) as Record<string, unknown>
    copy[name] = shown
  }
  return (copy ?? value) as Value
}

/** A pino logger: one JSON line per entry, secrets and mail addresses masked by name, errors without the data in them. */
export function createLogger(options: {
  service: string
  version?: string
  level: string
  destination?: DestinationStream
}): Logger {
  const { service, version, level, destination } = options
  const logger = pino(
    {
      level,
      base: { service, ...(version && { version }) },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }), log: mask },
      serializers: { err: describeError },
    },
    destination ?? pino.destination(1),
  )
  // pino forgets `formatters.bindings` for children, whose bindings never come to `formatters.log` either.
  // oxlint-disable-next-line typescript/unbound-method -- called on the logger whose child is wanted
  const { child } = logger
  logger.child = function maskedChild(this: PinoLogger, bindings: Bindings, options?: ChildLoggerOptions) {
    return Reflect.apply(child, this, [mask(bindings), options])
  } as unknown as typeof child
  return logger
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
    details: mask(details),
    stack: error.stack?.replace(error.message, message),
    cause: error.cause === undefined ? undefined : describeError(error.cause),
    errors: error instanceof AggregateError ? error.errors.map(describeError) : undefined,
  }
}

function dropParameters(message: string): string {
  return message.startsWith('Failed query:') ? message.replace(/\nparams: [^]*$/, '') : message
}
