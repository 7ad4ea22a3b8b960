import { createOutageLog, createWaiter, type Logger } from '@coursewire/service-kit'
import type { ConsumerGroupJoinEvent, Consumer as KafkaConsumer } from 'kafkajs'
import { backoffMs } from '../backoff.ts'
import * as metrics from '../metrics.ts'
import type { FetchedBatch } from '../source.ts'
import { adviseOn } from './advice.ts'
import { createKafka, endlessRetry, type KafkaSettings, membership } from './client.ts'
import { toFetchedBatch } from './source.ts'

const LIVENESS_MS = 30_000
/** How often kafkajs asks the brokers for new partitions. */
const METADATA_MS = 5_000
/** Longer than a join takes. If the coordinator is silent for so long, it has dropped the member or is gone. */
const MAX_SILENCE_MS = 20_000
const CHECK_MS = 1_000
/** A broker answers a fetch within this time, whether or not there are records. */
const FETCH_WAIT_MS = 200
const MAX_FETCH_MS = 450
/** The wait of a patient member for which nothing has come for `QUIET_MS`. A record ends it at once. */
const PATIENT_WAIT_MS = 1_000
const QUIET_MS = 2_000
/** A fetch of a member that gathers is answered when so much has come, or after the wait of a patient member. */
const GATHERED_BYTES = 64 * 1024

/** Partitions by topic. */
export type Assigned = Record<string, number[]>

export interface MembershipOptions {
  kafka: KafkaSettings
  groupId: string
  topics: string[]
  logger: Logger
  /** Whether a fetch may wait for a second when nothing comes. `isHearing` is of no use then. */
  isPatient: boolean
  /** Whether a fetch waits, for a second at most, until much has come. */
  gathers: boolean
  /** Called with the partitions that this member gets. It must pause them until their start is known. */
  onAssigned: (assigned: Assigned) => void
  /** Called when this member has no partitions any more. */
  onLost: () => void
  /** Called with a batch. Returns whether it was accepted; otherwise it is fetched again, unless there is a `seek`. */
  onBatch: (batch: FetchedBatch) => boolean
  /** Called with offsets, up to but without `next`, that have nothing for a reader: markers and aborted transactions. */
  onNothing: (topic: string, partition: number, start: number, next: number) => void
  /** Called when the broker no longer has the requested offset. Reading continues at the first existing record. */
  onOutOfRange: (topic: string, partition: number) => void
  /** Called when a bug has ended the client for good. */
  onFatal: (error: Error) => void
}

export type Membership = ReturnType<typeof joinGroup>

/** Starts a member of a consumer group. It joins in the background, waits for brokers that are not up yet, and joins again when it must. */
export function joinGroup(options: MembershipOptions) {
  const { groupId, topics, logger, isPatient, gathers } = options
  const waiter = createWaiter()
  const joining = createOutageLog(logger, { failing: 'Joining the group anew', works: 'Joined the group again' })
  let lastBeatAt = performance.now()
  let heardOfCoordinatorAt = 0
  /** When a record last came. */
  let busyAt = performance.now()
  let isInGroup = false
  /** Since when each broker owes the answer to a fetch. */
  const fetchingSince = new Map<number, number>()
  /** How often the member was started since the last success. */
  let joins = 0
  let isClosing = false
  const beat = () => {
    lastBeatAt = performance.now()
  }

  const kafka = createKafka(options.kafka, {
    onLog({ message, topic, partition }) {
      beat()
      // kafkajs reports this only in its log. It always begins at the oldest record then.
      if (message.startsWith('Offset out of range, resetting')) options.onOutOfRange(topic, partition)
    },
  })
  let consumer = createMember()

  function createMember(): KafkaConsumer {
    // A partition that is paused may be resumed soon, and a fetch that is waiting already would leave it out.
    const isQuiet = () => performance.now() - busyAt > QUIET_MS && member.paused().length === 0
    const member: KafkaConsumer = kafka.consumer({
      groupId,
      ...membership,
      maxWaitTimeInMs: () => (gathers || (isPatient && isQuiet()) ? PATIENT_WAIT_MS : FETCH_WAIT_MS),
      minBytes: gathers ? GATHERED_BYTES : 1,
      maxBytesPerPartition: 4 * 1024 * 1024,
      metadataMaxAge: METADATA_MS,
      retry: endlessRetry,
    })
    const { GROUP_JOIN, CRASH, FETCH_START, FETCH, HEARTBEAT, END_BATCH_PROCESS } = member.events
    const isCurrent = () => member === consumer
    member.on(FETCH_START, ({ payload: { nodeId } }) => {
      beat()
      // A fetch that fails is asked again, and is still owed.
      if (isCurrent() && !fetchingSince.has(nodeId)) fetchingSince.set(nodeId, performance.now())
    })
    member.on(FETCH, ({ payload: { nodeId } }) => {
      if (isCurrent()) fetchingSince.delete(nodeId)
    })
    member.on(HEARTBEAT, () => {
      beat()
      if (isCurrent()) heardOfCoordinatorAt = performance.now()
    })
    member.on(GROUP_JOIN, (event) => {
      if (isCurrent()) takeAssignment(event)
    })
    member.on(END_BATCH_PROCESS, ({ payload: { topic, partition, batchSize, firstOffset, lastOffset } }) => {
      if (isCurrent() && Number(batchSize) === 0)
        options.onNothing(topic, partition, Number(firstOffset ?? lastOffset), Number(lastOffset) + 1)
    })
    member.on(CRASH, ({ payload: { error, restart } }) => {
      if (!isCurrent()) return
      lose()
      if (restart || isClosing) return
      if (isOfKafka(error)) joinAnew(error)
      else options.onFatal(error)
    })
    return member
  }

  function takeAssignment({ payload: { memberAssignment } }: ConsumerGroupJoinEvent): void {
    beat()
    heardOfCoordinatorAt = performance.now()
    // The partitions may be on other brokers now.
    fetchingSince.clear()
    metrics.rebalances.add(1)
    joining.worked()
    options.onAssigned(memberAssignment)
    isInGroup = true
    joins = 0
  }

  function lose(): void {
    isInGroup = false
    options.onLost()
  }

  /**
   * kafkajs keeps asking the coordinator that it knows, even if that is gone for good, and gives up for good if it finds none. Only a new
   * member looks for another coordinator.
   */
  function joinAnew(error: Error): void {
    joining.failed(error, { topics, ...adviseOn(error, options.kafka) })
    const lost = consumer
    lose()
    consumer = createMember()
    void lost.disconnect().catch(() => undefined)
    void waiter.wait(backoffMs(joins++, 100, 5_000)).then(run)
  }

  const silenceTimer = setInterval(() => {
    if (isInGroup && performance.now() - heardOfCoordinatorAt > MAX_SILENCE_MS)
      joinAnew(new Error('The coordinator is silent'))
  }, CHECK_MS)

  async function run(): Promise<void> {
    for (let failures = 0; !isClosing; failures += 1) {
      const member = consumer
      try {
        await member.connect()
        await member.subscribe({ topics, fromBeginning: true })
        await member.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          eachBatch: async (payload) => {
            busyAt = performance.now()
            if (member !== consumer || payload.isStale() || !payload.isRunning()) return
            if (options.onBatch(toFetchedBatch(payload.batch))) payload.resolveOffset(payload.batch.lastOffset())
          },
        })
        return
      } catch (error) {
        joining.failed(error, { topics, ...adviseOn(error, options.kafka) })
        await member.disconnect().catch(() => undefined)
        await waiter.wait(backoffMs(failures, 100, 5_000))
        if (!isClosing) consumer = createMember()
      }
    }
  }
  void run()

  return {
    isAlive: () => performance.now() - lastBeatAt < LIVENESS_MS,
    /** Whether this member has joined its group and still belongs to it. */
    isInGroup: () => isInGroup,
    /** Whether every broker has just said what there is. Otherwise there may be records that have not arrived. */
    isHearing: () => [...fetchingSince.values()].every((at) => performance.now() - at < MAX_FETCH_MS),
    /** Makes the next fetch of a partition begin at `offset`, and discards what is on its way. */
    seek: (topic: string, partition: number, offset: number) =>
      consumer.seek({ topic, partition, offset: String(offset) }),
    pause: (assigned: Assigned) => consumer.pause(toList(assigned)),
    resume: (assigned: Assigned) => consumer.resume(toList(assigned)),
    /** Rejects while a rebalance is in progress or a broker is down. */
    commit: (positions: { topic: string; partition: number; position: number; life: string }[]) =>
      consumer.commitOffsets(
        positions.map(({ position, life, ...place }) => ({ ...place, offset: String(position), metadata: life })),
      ),
    async leave(): Promise<void> {
      isClosing = true
      waiter.wake()
      clearInterval(silenceTimer)
      await consumer.disconnect()
    },
  }
}

const toList = (assigned: Assigned) => Object.entries(assigned).map(([topic, partitions]) => ({ topic, partitions }))

/** Whether the cluster caused the error, according to its root cause. Any other error is a bug. */
function isOfKafka(error: Error): boolean {
  let cause = error
  while (cause.cause instanceof Error) cause = cause.cause
  return cause.name.startsWith('KafkaJS')
}
