export type Provider = 'given' | 'docker' | 'embedded'

/** A running server from any provider. Only our own can be stopped, killed and restarted; a given one refuses. */
export type Server = {
  provider: Provider
  /** One line for people: what it is, who provides it, where it listens. */
  description: string
  /** Stops it in an orderly way. */
  stop: () => Promise<void>
  /** Kills it and all its processes at once, like `kill -9` or a power cut. */
  kill: () => Promise<void>
  /** Starts it again at the same address with the same data. */
  restart: () => Promise<void>
}

export type ServerOptions = {
  /** The providers to try, in this order. */
  order?: readonly Provider[]
  /** The directory where the data survives the process. Without it the data is temporary. One process at a time may use it. */
  dataDir?: string
  /** The port to listen on. If it is not free, another one is used and logged. */
  port?: number
  log?: (line: string) => void
}

export type PostgresOptions = ServerOptions & {
  /** Whether commits survive a crash of the machine. Tests do not need that. */
  durable?: boolean
  /** A program, with its arguments, under which an embedded server runs. It must leave the server its process id. */
  tracer?: readonly string[]
  /** Starts an embedded server, whatever else there is, that lets clients in over TLS alone. Its `url` names the CA to check it with. */
  requiresTls?: boolean
}
export type PostgresServer = Server & {
  /** Connects as superuser. */
  url: string
  /** The postmaster, whose children do the work. Unknown outside this machine's processes. */
  pid: number | undefined
}

export type KafkaOptions = ServerOptions
export type KafkaServer = Server & { brokers: string[]; pid: number | undefined }

export type WithLog<Options> = Options & { log: (line: string) => void }

export const testOrder: readonly Provider[] = ['given', 'docker', 'embedded']

/** The server to start, and what to install or set if no provider can start it. */
export type Product = { name: string; remedy: string }

type Starters<S> = {
  given: (() => Promise<S>) | undefined
  docker: () => Promise<S>
  embedded: () => Promise<S>
}

/** Starts the server with the first provider of `order` that can. Reports why the others could not. */
export async function startWithFirst<S extends Server>(
  { name, remedy }: Product,
  order: readonly Provider[],
  starters: Starters<S>,
  log: (line: string) => void,
): Promise<S> {
  // A given address is intended. If nothing answers there, that is an error and not a reason to look elsewhere.
  if (order.includes('given') && starters.given) return starters.given()

  const forced = process.env['COURSEWIRE_PROVIDER']
  const reasons: string[] = []
  for (const provider of order) {
    if (provider === 'given' || (forced && forced !== provider)) continue
    try {
      return await starters[provider]()
    } catch (error) {
      const reason = `${name} from ${provider}: ${error instanceof Error ? error.message : String(error)}`
      reasons.push(reason)
      log(`No ${reason}`)
    }
  }
  if (reasons.length === 0) reasons.push(`COURSEWIRE_PROVIDER is ${forced}, and can only be ${order.join(', ')} here`)
  throw new Error([`${name} cannot be started on this machine. ${remedy}`, ...reasons].join('\n  '))
}

/** The operations of a given server: `stop` does nothing, and the others throw. */
export function createGivenControls(name: string): Pick<Server, 'stop' | 'kill' | 'restart'> {
  const refuse = async () => {
    throw new Error(`${name} was given by its address: it is not ours to kill or restart`)
  }
  return { stop: async () => {}, kill: refuse, restart: refuse }
}
