import { setTimeout as sleep } from 'node:timers/promises'
import type { AppStarter, Base } from '@coursewire/local'
import { appNames, keyOf, topicsFor } from '@coursewire/product'
import { findFreePort } from '@coursewire/servers'
import { startServers } from './app-processes.ts'
import { startBalancer } from './balancer.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { nameCpu, type Processes, watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { waitUntilDrained } from './soak-checks.ts'
import { createSoakLoad } from './soak-load.ts'

const PER_SECOND = 40
const SECONDS = 30
const WARM_UP = 400
/** Long enough for the compilation and garbage collection after the warm-up. */
const SETTLE_MS = 10_000
const IDLE_MS = 10_000

interface Size {
  instances: number
  partitions: number
}

const small: Size = { instances: 1, partitions: 3 }
const large: Size = { instances: 3, partitions: 12 }

const describe = ({ instances, partitions }: Size) => `${instances} of each app, ${partitions} partitions a topic`

/** Measures whether an enrolment costs more CPU when instances and partitions share the work. */
export function createScaleComparison({ log }: Environment): Comparison {
  return {
    work: `an enrolment, its events and its mail, ${PER_SECOND}/s: ${describe(large)}`,
    floorWork: describe(small),
    figures: {
      'CPU beyond idle': { unit: 'ms', aim: { atMost: 1.2 } },
      'CPU of idle processes': { unit: '% of a core', aim: null },
    },
    isWarm: true,
    ours: () => measure(large, log),
    floor: () => measure(small, log),
  }
}

async function measure({ instances, partitions }: Size, log: (line: string) => void): Promise<Measured> {
  const base = await startServers(log)
  try {
    if (partitions > small.partitions) await addPartitions(base, partitions)
    const processes = await startInstances(base, instances)
    const load = await createSoakLoad(base, { pairs: WARM_UP + PER_SECOND * SECONDS, log })
    const { signal } = new AbortController()
    await load.burst(WARM_UP, signal)
    await waitUntilDrained(base, load.acknowledged)

    await sleep(SETTLE_MS)
    const endIdle = watchCpu(processes)
    await sleep(IDLE_MS)
    const idlePerMs = sumOf(endIdle(1)) / IDLE_MS

    const startedAt = performance.now()
    const endCpu = watchCpu(processes)
    await load.run({ rate: PER_SECOND, seconds: SECONDS, signal })
    await waitUntilDrained(base, load.acknowledged)
    const count = load.acknowledged.size - WARM_UP
    const cpu = endCpu(count)
    const idle = (idlePerMs * (performance.now() - startedAt)) / count
    // A microsecond each millisecond is a tenth of a percent.
    return { 'CPU beyond idle': (sumOf(cpu) - idle) / 1000, 'CPU of idle processes': idlePerMs / 10, ...cpu }
  } finally {
    await base.stop()
  }
}

const sumOf = (cpu: Measured) => cpu[nameCpu('sum')] ?? Number.NaN

async function addPartitions({ kafkaClient }: Base, count: number): Promise<void> {
  const admin = kafkaClient.admin()
  await admin.connect()
  await admin.createPartitions({ topicPartitions: topicsFor('local').map(({ topic }) => ({ topic, count })) })
  await admin.disconnect()
}

/** Starts so many instances of each app behind a load balancer, which is part of the load. */
async function startInstances(base: Base & AppStarter, count: number): Promise<Processes> {
  const started = await Promise.all(
    appNames.map(async (app) => {
      const ports = await Promise.all(Array.from({ length: count }, () => findFreePort()))
      await startBalancer(Number(new URL(base.urls[keyOf(app)]).port), new Set(ports))
      return Promise.all(ports.map((port, index) => base.startApp(app, { port, name: `${app}-${index + 1}` })))
    }),
  )
  const { postgres, kafka, aws } = base
  return {
    app: started.flat().map(({ pid }) => pid),
    Postgres: postgres.pid,
    broker: kafka.pid,
    AWS: aws.pid,
    load: process.pid,
  }
}
