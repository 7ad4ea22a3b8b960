export type Provider = 'given' | 'docker' | 'embedded'

/** A running server, whoever provides it. Only one of our own can be stopped, killed and restarted; a given one refuses. */
export type Server = {
  provider: Provider
  /** One line for people: what runs, whose it is, where it listens. */
  description: string
  /** Ends it in an orderly way. */
  stop: () => Promise<void>
  /** Ends it and all its processes at once, as `kill -9` or a power cut does. */
  kill: () => Promise<void>
  /** Starts it again, at the same address and with the same data. */
  restart: () => Promise<void>
}

export type ServerOptions = {
  /** Who is asked first. */
  order?: readonly Provider[]
  /** Where the data survives the process. Without it the data is temporary. One process at a time may use it. */
  dataDir?: string
  /** The port to listen on; another one is taken, and logged, when it is not free. */
  port?: number
  log?: (line: string) => void
}

export type PostgresOptions = ServerOptions & {
  /** Whether commits survive a crash of the machine. Tests do without. */
  durable?: boolean
}
export type PostgresServer = Server & {
  /** Connects as superuser. */
  url: string
}

export type KafkaOptions = ServerOptions
export type KafkaServer = Server & { brokers: string[]; pid: number | undefined }

export type WithLog<Options> = Options & { log: (line: string) => void }

export const testOrder: readonly Provider[] = ['given', 'docker', 'embedded']

/** What is started, and what a person installs or sets when nobody can start it. */
export type Product = { name: string; remedy: string }

type Starters<S> = {
  given: (() => Promise<S>) | undefined
  docker: () => Promise<S>
  embedded: () => Promise<S>
}

/** Starts the product with the first provider of `order` that can; says why the others could not. */
export async function startWithFirst<S extends Server>(
  { name, remedy }: Product,
  order: readonly Provider[],
  starters: Starters<S>,
  log: (line: string) => void,
): Promise<S> {
  // An address that somebody gave is meant: if nothing answers there, that is an error and not a reason to look elsewhere.
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

/** What a given server answers to being stopped, killed or restarted: `stop` leaves it alone, the rest is a mistake. */
export function createGivenControls(name: string): Pick<Server, 'stop' | 'kill' | 'restart'> {
  const refuse = async () => {
    throw new Error(`${name} was given by its address: it is not ours to kill or restart`)
  }
  return { stop: async () => {}, kill: refuse, restart: refuse }
}
