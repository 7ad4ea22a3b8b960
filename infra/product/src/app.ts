/** What is to be known of an app by whoever starts it, prepares servers for it or sends requests to it. */
export interface App {
  /** Where it listens on this machine, unless that is taken. */
  port: number
  /** What a person who has just started it looks at first. */
  page: string
  /** The beginnings of the paths that the public reaches at it. The longest one that fits decides among apps. */
  paths: string[]
  /** The name of its database, and of the role it runs as. An app without one has no events either. */
  database?: string
  /** It consumes events, as the group of its own name. What it cannot handle goes to a topic of its own. */
  consumes?: boolean
  /** It checks the tokens of those who ask it. */
  checksTokens?: boolean
  /** It asks other services, which know it as a service client. */
  callsServices?: boolean
  /** It calls SNS or SES. */
  usesAws?: boolean
  /** What it is told beside what follows from the above. */
  settings?: (at: Addresses) => Record<string, string>
  /** What whoever starts the product may set in a shell. */
  fromShell?: string[]
  /** As `settings`; these stand in no file that others may read. */
  secretSettings?: (secrets: { jwtPrivateKey: string }) => Record<string, string>
}

/** Where everything is. Other apps may find an app elsewhere than browsers do. */
export interface Addresses {
  kafkaBrokers: string
  aws: string
  urlOf: (app: string) => string
  publicUrlOf: (app: string) => string
}
