/** One installation of the product. Environments differ in names alone; each has an account of its own. */
export interface Environment {
  name: string
  /** The host of the pages, from which mails are sent as well. */
  domain: string
  /** The tenant to whom this host belongs. */
  tenant: string
}

export const environments: Environment[] = [
  { name: 'staging', domain: 'staging.coursewire.example', tenant: 'coursewire' },
  { name: 'production', domain: 'coursewire.example', tenant: 'coursewire' },
]

/** The authority in `packages/service-kit/data` that signs the database's certificate is of this region. */
export const region = 'eu-central-1'

/** Named here, so that no account has to be asked. Kafka has a broker in each. */
export const availabilityZones = ['a', 'b', 'c'].map((zone) => `${region}${zone}`)

/** The addresses of everything inside: tasks, load balancer, and the door of CloudFront. */
export const cidr = '10.0.0.0/16'
