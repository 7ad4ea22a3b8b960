import { trace } from '@opentelemetry/api'
import { type Bindings, type ChildLoggerOptions, type DestinationStream, type Logger as PinoLogger, pino } from 'pino'
import { shorten } from './shorten.ts'
import { isTracing } from './tracing.ts'

/** Our own interface, so that declarations of other packages can name it without pino. */
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

/** In a longer line texts are shortened, and in the worst case only its origin is left. */
const MAX_LINE = 2_000
const MAX_TEXT = 1_000
const MAX_SHORTENED_LINE = 16_000
const MAX_ITEMS = 50

/** Adds the trace of the work that is running, unless the line names another. */
function addTrace(line: Record<string, unknown>): Record<string, unknown> {
  const span = trace.getActiveSpan()
  return span ? { traceId: span.spanContext().traceId, ...line } : line
}

/**
 * Masks secrets in the value. Returns the value itself if there are none. Written by hand, because pino's redaction with wildcards takes two
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

// Characters that JSON allows unescaped, but that control terminals (C1), break lines in editors, or reverse the text direction.
const unprintable = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/
const allUnprintable = new RegExp(unprintable, 'g')

/** Makes a line safe to write, whatever was sent to us. Checks the line as a whole, because most are short and plain. */
function tidy(line: string): string {
  const short = line.length > MAX_LINE ? shortenLine(line) : line
  return unprintable.test(short) ? short.replace(allUnprintable, escape) : short
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

function shortenLine(line: string): string {
  const entry = JSON.parse(line) as Record<string, unknown>
  const short = JSON.stringify(shortenValue(entry))
  if (short.length <= MAX_SHORTENED_LINE) return `${short}\n`
  const { level, time, service, requestId, msg } = entry
  return `${JSON.stringify(shortenValue({ level, time, service, requestId, msg, omittedLength: line.length }))}\n`
}

function shortenValue(value: unknown): unknown {
  if (typeof value === 'string') return shorten(value, MAX_TEXT)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map(shortenValue)
  const fields = Object.entries(value).slice(0, MAX_ITEMS)
  return Object.fromEntries(
    fields.map(([name, item]) => [
      shorten(name, MAX_TEXT),
      name === 'stack' ? shorten(String(item), 4 * MAX_TEXT) : shortenValue(item),
    ]),
  )
}

/**
 * Creates a pino logger: one JSON line per entry, with secrets and mail addresses masked by name, and errors without their data. However much
 * was sent to us, a line stays short and is safe to show in a terminal.
 */
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
      formatters: { level: (label) => ({ level: label }), log: (line) => mask(isTracing ? addTrace(line) : line) },
      serializers: { err: describeError },
      hooks: { streamWrite: tidy },
    },
    destination ?? standardOutput,
  )
  // pino does not apply `formatters.bindings` to children, whose bindings never reach `formatters.log` either.
  // oxlint-disable-next-line typescript/unbound-method -- called on its own logger
  const { child } = logger
  logger.child = function maskedChild(this: PinoLogger, bindings: Bindings, options?: ChildLoggerOptions) {
    return Reflect.apply(child, this, [mask(bindings), options])
  } as unknown as typeof child
  return logger
}

/**
 * Writes the lines of one turn of the event loop together, because a write costs as much as several lines. No line is lost or overtaken when
 * the process ends, because the writes are synchronous, as those of the console are.
 */
function createOutput(): DestinationStream & { flushSync(): void } {
  const output = pino.destination({ dest: 1, sync: true })
  let lines = ''
  function flushSync(): void {
    if (lines !== '') output.write(lines)
    lines = ''
  }
  process.on('exit', flushSync)
  return {
    write(line) {
      if (lines === '') setImmediate(flushSync)
      lines += line
    },
    // Called by pino after a fatal line.
    flushSync,
  }
}

/** All loggers of a process share it, so that their lines keep their order. */
const standardOutput = createOutput()

// An error of pg or drizzle contains the query's parameters and the row, so only listed fields are logged.
function describeError(error: unknown, hasStack = true): unknown {
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
    stack: hasStack ? error.stack?.replace(error.message, message) : undefined,
    cause: error.cause === undefined ? undefined : describeError(error.cause, hasStack),
    errors: error instanceof AggregateError ? error.errors.map((inner) => describeError(inner, hasStack)) : undefined,
  }
}

/** Formats an expected error for the field `err`: what was refused and why, but not where in the code. */
export function describeRefusal(error: unknown): unknown {
  return describeError(error, false)
}

function dropParameters(message: string): string {
  return message.startsWith('Failed query:') ? message.replace(/\nparams: [^]*$/, '') : message
}
