import { isIP } from 'node:net'
import { z } from 'zod'

const tenantId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/ })
const httpUrl = z.url({ protocol: /^https?$/ })

/** The address of another service, or of the public's pages, to which a path is added. */
export const baseUrl = httpUrl.transform((url) => url.replace(/\/+$/, ''))

/** Separate texts in one variable. Blank ones are left out. */
export const commaList = z.string().transform((list) =>
  list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== ''),
)

const tenantHosts = commaList.transform((pairs, context) => {
  const tenants = new Map<string, string>()
  for (const pair of pairs) {
    const [, host, tenant] = /^([^=]+)=([A-Za-z0-9._-]{1,64})$/.exec(pair) ?? []
    if (host && tenant) tenants.set(host.toLowerCase(), tenant)
    else context.addIssue('Expected host=tenant, separated by commas')
  }
  return tenants
})

const networks = commaList.refine(
  (all) => all.every((network) => /^[^/]+(\/\d{1,3})?$/.test(network) && isIP(network.replace(/\/.*/, '')) > 0),
  'Expected addresses or networks such as 10.0.0.0/8, separated by commas',
)

/** The variables of every client of Kafka. A CA that signs for nobody else goes into NODE_EXTRA_CA_CERTS, which Node.js reads itself. */
export const kafkaConfig = {
  KAFKA_BROKERS: commaList.pipe(z.array(z.string()).min(1)),
  KAFKA_SSL: z.stringbool().default(false),
  KAFKA_SASL_MECHANISM: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']).optional(),
  KAFKA_SASL_USERNAME: z.string().optional(),
  KAFKA_SASL_PASSWORD: z.string().optional(),
}

/** The variables of every service, to be spread into a service's own `z.object`. */
export const baseConfig = {
  // Containers set 0.0.0.0. By default nothing is open to the network by accident.
  HOST: z.string().default('127.0.0.1'),
  PORT: z.coerce.number().int().min(0).max(65535).default(3000),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  DATABASE_URL: postgresUrl,
  ...kafkaConfig,
  DEFAULT_TENANT: tenantId,
  TENANT_HOSTS: tenantHosts.default(new Map()),
  /** The proxies that are trusted about the client's address and the requested host. */
  TRUST_PROXY: networks.optional(),
}

/** The variables of a service that checks access tokens. */
export const tokenConfig = { JWT_ISSUER: z.string(), JWT_AUDIENCE: z.string(), JWKS_URL: httpUrl }

/** The settings that the HTTP application reads. Without the variables of `tokenConfig` it checks no tokens. */
export type HttpConfig = Pick<
  z.output<z.ZodObject<typeof baseConfig>>,
  'DEFAULT_TENANT' | 'TENANT_HOSTS' | 'TRUST_PROXY'
> &
  Partial<z.output<z.ZodObject<typeof tokenConfig>>>

/** A service's name and version in its logs, its metrics and its documents. */
export interface Service {
  name: string
  version: string
}

export const migrateConfig = z.object({
  /** The URL for the owner role, the only one that may change tables. */
  MIGRATE_DATABASE_URL: postgresUrl,
})

/** The message of zod about what is not there. */
export const sayMissing = ({ input }: { input?: unknown }) => (input === undefined ? 'Missing' : undefined)

/**
 * Reads the environment with `schema`. An empty variable counts as missing. Throws one error that lists all problems.
 */
export function loadConfig<Config>(schema: z.ZodType<Config>, env: NodeJS.ProcessEnv): Config {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const result = schema.safeParse(present, { error: sayMissing })
  if (!result.success) throw new Error(`The configuration is not valid:\n${z.prettifyError(result.error)}`)
  return result.data
}
