/** Everything that is needed to start an app, prepare servers for it, or send requests to it. */
export interface App {
  /** Its port on this machine, unless that is taken. */
  port: number
  /** The page to look at first. */
  page: string
  /** The prefixes of its public paths. The longest matching prefix decides which app gets a request. */
  paths: string[]
  /** The name of its database and of its role. An app without a database sends and remembers no events. */
  database?: string
  /** The topics to which it sends its events. */
  produces?: string[]
  /** The topics whose events it consumes, as the group with its name. Records that it cannot handle go to its own topic. */
  consumes?: string[]
  /** Whether it consumes the dead letters of all other apps too. */
  consumesDeadLetters?: boolean
  /** The topics that it follows to forget what it has in memory, in a group of each process, without a database. */
  follows?: string[]
  /** Whether it checks the tokens of its callers. */
  checksTokens?: boolean
  /** Whether it calls other services, as a service client. */
  callsServices?: boolean
  /** What it may do as a service client beyond calling internal routes. */
  scopes?: string[]
  /** Whether it calls SNS or SES. */
  usesAws?: boolean
  /** Its settings beyond those that follow from the fields above. */
  settings?: (at: Surroundings) => Record<string, string>
  /** The variables that a person may set in a shell to change settings. */
  fromShell?: string[]
  /** Like `settings`, but never written to a file that others can read. */
  secretSettings?: (secrets: {
    jwtPrivateKey: string
    keySeal: string
    addressHashKey: string
    auditSealKey: string
  }) => Record<string, string>
}

/** Everything that the settings of an app may name. */
interface Surroundings extends Addresses {
  /** The topics with the dead letters of all other apps. */
  otherDeadLetters: string[]
}

/** The addresses of everything. Other apps may use another address for an app than browsers do. */
export interface Addresses {
  kafkaBrokers: string
  /** Where the requests come from that web passes on, as TRUST_PROXY has it. */
  proxies: string
  aws: Aws
  /** The place for spans (OTLP/HTTP). Without it there are none. */
  traces?: string | undefined
  /** The tenant of hosts that belong to no other. */
  tenant: string
  /** The domain from which mails are sent. */
  mailDomain: string
  urlOf: (app: string) => string
  publicUrlOf: (app: string) => string
}

/** SNS and SES, and what is ours there. */
interface Aws {
  region: string
  /** The address of both if they are not at AWS. They then accept any credentials. */
  endpoint?: string
  /** The topic on which enrollment-api publishes enrolments. */
  enrollmentTopicArn: string
  /** The topics whose messages email-worker takes. */
  webhookTopicArns: string[]
  /** SES tells what became of the mails that name this configuration set. */
  configurationSet: string
}
