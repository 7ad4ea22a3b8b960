import { readFileSync } from 'node:fs'
import type { Measured } from './benchmark.ts'
import { nameCpu, watchCpu } from './cpu.ts'
import { buildRow } from './events.ts'
import { atRate, startReading, summarize } from './latency.ts'
import type { Runner } from './race-runner.ts'
import type { Track } from './race-track.ts'

const KILL_AT = 0.3

/** Measures the start and the latencies with one process, then a backlog, then a backlog with `kill -9`. */
export async function runRound(track: Track, count: number): Promise<Measured> {
  const { runner, start } = await measureStart(track)
  // The faster rate first, because it warms up a virtual machine.
  const fast = await measureLatency(track, runner, 1_000)
  const slow = await measureLatency(track, runner, 100)
  await runner.stop()
  const backlog = await measureBacklog(track, count)
  const kill = await measureKill(track, count)
  return {
    ...backlog.figures,
    'p50 at 100/s': slow.p50,
    'p99 at 100/s': slow.p99,
    'p50 at 1,000/s': fast.p50,
    'p99 at 1,000/s': fast.p99,
    start,
    'caught up': kill.seconds,
    lost: backlog.lost + kill.lost,
    doubled: backlog.doubled + kill.doubled,
  }
}

/** Starts the contestant while one event waits, and measures until that is read. */
async function measureStart(track: Track) {
  const { topic, reading } = await openReading(track)
  await track.write([buildRow(topic, 0)])
  const runner = track.start()
  const [first] = await runner.during(reading.end(1))
  return { runner, start: (first?.at ?? Number.NaN) - runner.startedAt }
}

/** Measures from the commit that writes an event until it is read. */
async function measureLatency(track: Track, runner: Runner, rate: number) {
  const { topic, reading } = await openReading(track)
  const writtenAt = new Map<string, number>()
  await atRate(rate, async (index) => {
    const event = buildRow(topic, index)
    await track.write([event])
    writtenAt.set(event.id, performance.timeOrigin + performance.now())
    runner.wake()
  })
  return summarize(writtenAt, await runner.during(reading.end(writtenAt.size)))
}

async function openReading({ environment, databaseUrl }: Track) {
  const topic = await environment.createTopic()
  return { topic, reading: await startReading({ kind: 'raw', topic, brokers: environment.brokers, databaseUrl }) }
}

async function measureBacklog(track: Track, count: number) {
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
  const figures = {
    throughput: (count * 1000) / (completeAt - beganAt),
    CPU: (cpu[nameCpu('app')] ?? 0) + (cpu[nameCpu('its other threads')] ?? 0),
    'CPU of Postgres': cpu[nameCpu('Postgres')] ?? Number.NaN,
    'CPU of the broker': cpu[nameCpu('broker')] ?? Number.NaN,
    memory,
  }
  return { figures, lost, doubled }
}

/** Returns the most memory that a process has had resident, in MB. */
function readPeakMemory(processId: number): number {
  const [, kibibytes] = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8')) ?? []
  return (Number(kibibytes) * 1024) / 1e6
}

/** Kills the contestant when it has relayed a part of the backlog, and measures from its next start until all is on Kafka. */
async function measureKill(track: Track, count: number) {
  const topic = await track.environment.createTopic()
  const ids = await track.fill(topic, count)
  const killed = track.start()
  await killed.during(track.waitForRecords(topic, count * KILL_AT))
  await killed.kill()
  const runner = track.start()
  await runner.during(track.waitForRecords(topic, count))
  const { lost, doubled, completeAt } = await track.finish(runner, topic, ids)
  return { lost, doubled, seconds: (completeAt - runner.startedAt) / 1000 }
}
