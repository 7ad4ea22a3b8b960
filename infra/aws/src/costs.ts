import { appNames, consumers, secretNames } from '@coursewire/product'
import { availabilityZones } from './environment.ts'
import { taskCounts } from './services.ts'
import { taskSize } from './tasks.ts'

/** The US dollars that AWS asked in eu-central-1 without reductions and free amounts, as its public price pages stated them in June 2025. */
const pricesAsOf = '2025-06'
const prices = {
  brokerHour: 0.2448,
  brokerGigabyteMonth: 0.119,
  databaseHour: 0.408,
  databaseGigabyteMonth: 0.274,
  cpuHour: 0.046_56,
  memoryGigabyteHour: 0.005_11,
  gatewayHour: 0.052,
  gatewayGigabyte: 0.052,
  publicAddressHour: 0.005,
  loadBalancerHour: 0.027,
  loadBalancerUnitHour: 0.008,
  secretMonth: 0.4,
  keyMonth: 1,
  alarmMetricMonth: 0.1,
  metricMonth: 0.3,
  logGigabyte: 0.63,
  cdnGigabyte: 0.085,
  cdnRequest: 0.000_001_2,
  mail: 0.0001,
  published: 0.000_000_5,
  delivered: 0.000_000_6,
}

const hours = 730
const zones = availabilityZones.length
const tasks = appNames.length * taskCounts.min
const { databases, clients, ...own } = secretNames
const secrets =
  Object.keys(databases).length * 2 + Object.keys(clients).length + Object.keys(own).length + appNames.length + 1
/** Every lag alarm, and every scaling by lag, reads five topics. */
const alarmMetrics = consumers.length * 2 * 5 + 2 * appNames.length + appNames.length + 6

/** The work that an enrolment brings: somebody looks around, signs up, enrols and learns for a month. These are assumptions. */
const perEnrollment = { pages: 20, requests: 400, megabytes: 6, mails: 3, logMegabytes: 0.2, gatewayMegabytes: 0.5 }

export interface Line {
  what: string
  amount: string
  unitPrice: number
  count: number
}

/** Lists what a month with so many enrolments costs, line by line. At these numbers no service needs more than its fewest tasks. */
export function listCosts(enrollments: number): Line[] {
  const { requests, megabytes, mails, logMegabytes, gatewayMegabytes } = perEnrollment
  const gigabytes = (each: number) => (each * enrollments) / 1_000
  return [
    { what: 'Kafka: brokers', amount: `${zones} kafka.m7g.large`, unitPrice: prices.brokerHour, count: zones * hours },
    { what: 'Kafka: disks', amount: `${zones} × 100 GB`, unitPrice: prices.brokerGigabyteMonth, count: zones * 100 },
    { what: 'PostgreSQL: server and standby', amount: 'db.m7g.large', unitPrice: prices.databaseHour, count: hours },
    { what: 'PostgreSQL: disks', amount: '100 GB, twice', unitPrice: prices.databaseGigabyteMonth, count: 100 },
    {
      what: 'Fargate: CPU',
      amount: `${tasks} tasks × ${taskSize.cpu / 1_024}`,
      unitPrice: prices.cpuHour,
      count: (tasks * hours * taskSize.cpu) / 1_024,
    },
    {
      what: 'Fargate: memory',
      amount: `${tasks} tasks × ${taskSize.memoryLimitMiB / 1_024} GB`,
      unitPrice: prices.memoryGigabyteHour,
      count: (tasks * hours * taskSize.memoryLimitMiB) / 1_024,
    },
    { what: 'Gateways', amount: `${zones}`, unitPrice: prices.gatewayHour, count: zones * hours },
    { what: 'Gateways: addresses', amount: `${zones}`, unitPrice: prices.publicAddressHour, count: zones * hours },
    { what: 'Gateways: data', amount: 'GB', unitPrice: prices.gatewayGigabyte, count: gigabytes(gatewayMegabytes) },
    { what: 'Load balancer', amount: '1', unitPrice: prices.loadBalancerHour, count: hours },
    { what: 'Load balancer: use', amount: '1 unit', unitPrice: prices.loadBalancerUnitHour, count: hours },
    { what: 'Secrets', amount: `${secrets}`, unitPrice: prices.secretMonth, count: secrets },
    { what: 'Key', amount: '1', unitPrice: prices.keyMonth, count: 1 },
    { what: 'Alarms', amount: `${alarmMetrics} metrics`, unitPrice: prices.alarmMetricMonth, count: alarmMetrics },
    {
      what: 'Container Insights',
      amount: '20 metrics an app',
      unitPrice: prices.metricMonth,
      count: appNames.length * 20,
    },
    { what: 'Logs', amount: 'GB', unitPrice: prices.logGigabyte, count: gigabytes(logMegabytes) },
    { what: 'CloudFront: data', amount: 'GB', unitPrice: prices.cdnGigabyte, count: gigabytes(megabytes) },
    { what: 'CloudFront: requests', amount: 'requests', unitPrice: prices.cdnRequest, count: requests * enrollments },
    { what: 'SES', amount: 'mails', unitPrice: prices.mail, count: mails * enrollments },
    { what: 'SNS: published', amount: 'letters', unitPrice: prices.published, count: (1 + mails) * enrollments },
    { what: 'SNS: delivered', amount: 'letters', unitPrice: prices.delivered, count: (1 + mails) * enrollments },
  ]
}

export const sumOf = (lines: Line[]) => lines.reduce((sum, { unitPrice, count }) => sum + unitPrice * count, 0)

/** The whole of costs.md. */
export function renderCosts(): string {
  const [few, many] = [listCosts(1_000), listCosts(100_000)]
  const dollars = (amount: number) => amount.toFixed(2)
  const rows = few.map((line, index) => {
    const other = many[index] ?? line
    const cells = [line.what, line.amount, `${line.unitPrice}`, ...[line, other].map((each) => dollars(sumOf([each])))]
    return `| ${cells.join(' | ')} |`
  })
  const { pages, requests, megabytes, mails, logMegabytes } = perEnrollment
  return `# What a month costs

Generated from \`src/costs.ts\` by \`pnpm run docs\` in infra/aws; do not edit.

These are US dollars for one environment in eu-central-1, without reductions, free amounts, taxes and support. The prices are those that the
public price pages of AWS stated in ${pricesAsOf}. They change: check them before you rely on a sum. An enrolment is taken to bring
${pages} pages (${requests} requests, ${megabytes} MB), ${mails} mails and ${logMegabytes} MB of log lines.

| what | how much | unit price | 1,000 enrolments | 100,000 enrolments |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
| **sum** | | | **${dollars(sumOf(few))}** | **${dollars(sumOf(many))}** |

An enrolment costs ${dollars(sumOf(few) / 1_000)} when there are 1,000 in a month, and ${dollars(sumOf(many) / 100_000)} when there are 100,000.
`
}
