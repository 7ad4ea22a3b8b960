import { readFileSync } from 'node:fs'
import type { Measured } from './benchmark.ts'
import { nameCpu, watchCpu } from './cpu.ts'
import { buildRow } from './events.ts'
import { atRate, startReading, summarize } from './latency.ts'
import type { Track } from './race-track.ts'

const KILL_AT = 0.3
/** How many events a contestant relays before its latencies are measured, because they warm up a virtual machine. */
const WARM_UP = 2_000

/** What a contestant does in a round, one after the other. */
export const stages: Record<string, (track: Track, count: number) => Promise<Measured>> = {
  start: measureStart,
  '100/s': (track) => measureLatency(track, 100),
  '1,000/s': (track) => measureLatency(track, 1_000),
  backlog: measureBacklog,
  'kill -9': measureKill,
}

/** Starts the contestant while one event waits, and measures until that is read. */
async function measureStart(track: Track): Promise<Measured> {
  const { topic, reading } = await openReading(track)
  await track.write([buildRow(topic, 0)])
  const runner = track.start()
  const [first] = await runner.during(reading.end(1))
  return { start: (first?.at ?? Number.NaN) - runner.startedAt }
}

/** Measures from the commit that writes an event until it is read. */
async function measureLatency(track: Track, rate: number): Promise<Measured> {
  const warmUp = await track.environment.createTopic()
  await track.fill(warmUp, WARM_UP)
  const runner = track.start()
  await runner.during(track.waitForRecords(warmUp, WARM_UP))
  const { topic, reading } = await openReading(track)
  const writtenAt = new Map<string, number>()
  await atRate(rate, async (index) => {
    const event = buildRow(topic, index)
    await track.write([event])
    writtenAt.set(event.id, performance.timeOrigin + performance.now())
    runner.wake()
  })
  const { p50, p99 } = summarize(writtenAt, await runner.during(reading.end(writtenAt.size)))
  const at = `at ${rate.toLocaleString('en')}/s`
  return { [`p50 ${at}`]: p50, [`p99 ${at}`]: p99 }
}

async function openReading({ environment, databaseUrl }: Track) {
  const topic = await environment.createTopic()
  return { topic, reading: await startReading({ kind: 'raw', topic, brokers: environment.brokers, databaseUrl }) }
}

async function measureBacklog(track: Track, count: number): Promise<Measured> {
  const topic = await track.environment.createTopic()
  const ids = await track.fill(topic, count)
  const runner = track.start()
  await runner.during(track.waitForRecords(topic, 1))
  const relayedBefore = await track.countRecords(topic)
  const endCpu = watchCpu({ ...track.environment.processes, app: runner.pid })
  await runner.during(track.waitForRecords(topic, count))
  const cpu = endCpu(count - relayedBefore)
  const memory = readPeakMemory(runner.pid)
  const { lost, doubled, beganAt, completeAt } = await track.finish(runner, topic, ids)
  return {
    throughput: ((count - lost) * 1000) / (completeAt - beganAt),
    CPU: (cpu[nameCpu('app')] ?? 0) + (cpu[nameCpu('its other threads')] ?? 0),
    'CPU of Postgres': cpu[nameCpu('Postgres')] ?? Number.NaN,
    'CPU of the broker': cpu[nameCpu('broker')] ?? Number.NaN,
    memory,
    lost,
    doubled,
  }
}

/** Returns the most memory that a process has had resident, in MB. */
function readPeakMemory(processId: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? []
  return (Number(kibibytes) * 1024) / 1e6
}

/** Kills the contestant when it has relayed a part of the backlog, and measures from its next start until all is on Kafka. */
async function measureKill(track: Track, count: number): Promise<Measured> {
  const topic = await track.environment.createTopic()
  const ids = await track.fill(topic, count)
  const killed = track.start()
  await killed.during(track.waitForRecords(topic, count * KILL_AT))
  await killed.kill()
  const runner = track.start()
  await runner.during(track.waitForRecords(topic, count))
  const { lost, doubled, completeAt } = await track.finish(runner, topic, ids)
  return { lost, doubled, 'caught up': (completeAt - runner.startedAt) / 1000 }
}
