/**
 * `pnpm run guards`: takes each guard of the messaging code away, one at a time, and sees a test go red. Writes guards.md.
 * Edits sources in place and puts them back, so nothing else may use them meanwhile; about ten minutes.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'

interface Guard {
  name: string
  file: string
  find: string
  replace: string
  /** The test file, and the beginning of what its test is called. */
  test: [file: string, name: string]
}

const guards: Guard[] = [
  {
    name: 'rows are deleted only after the acknowledgement',
    file: 'relay.ts',
    find: 'isSending = true\n',
    replace: 'isSending = true\n      await reader.deleteAndSelect({ sent: rows, parked: [] }, null)\n',
    test: ['relay', 'killed between'],
  },
  {
    name: 'the relay has no cursor',
    file: 'outbox-reader.ts',
    find: 'function findFloor(now: number): string {',
    replace:
      "function findFloor(now: number): string {\n    if (smallestIds.length > 0) return smallestIds.at(-1)?.id ?? '0'",
    test: ['relay', 'low id'],
  },
  {
    name: 'one leader a channel',
    file: 'outbox-reader.ts',
    find: 'return rows[0]?.leads === true',
    replace: 'return true',
    test: ['relay', 'one leader'],
  },
  {
    name: 'halves go one after the other',
    file: 'kafka-channel.ts',
    find: 'await sendInOrder(topic, rows.slice(0, half), outcome)\n      await sendInOrder(topic, rows.slice(half), outcome)',
    replace:
      'await Promise.all([sendInOrder(topic, rows.slice(half), outcome), sendInOrder(topic, rows.slice(0, half), outcome)])',
    test: ['relay', 'is halved'],
  },
  {
    name: 'a batch that is too large is halved',
    file: 'kafka-channel.ts',
    find: "if (findSendFault(error) !== 'record') throw error",
    replace: 'throw error',
    test: ['relay', 'is halved'],
  },
  {
    name: 'a single record that is too large is parked',
    file: 'kafka-channel.ts',
    find: 'if (rows.length === 1 && row) {',
    replace: 'if (rows.length === 0 && row) {',
    test: ['relay', 'too large behind'],
  },
  {
    name: 'a refused topic is set aside alone',
    file: 'kafka-channel.ts',
    find: "if (topicFaults.has(type) || cause.name === 'KafkaJSTopicMetadataNotLoaded') return 'topic'",
    replace: '',
    test: ['relay', 'topic is missing'],
  },
  {
    name: 'topics set aside are left out of the select',
    file: 'kafka-channel.ts',
    find: 'return [...setAside].filter(([, { until }]) => until > now).map(([topic]) => topic)',
    replace: 'return now < 0 ? [...setAside.keys()] : []',
    test: ['relay', 'topic is missing'],
  },
  {
    name: 'the loop is supervised',
    file: 'relay.ts',
    find: "logger.warn({ err: error }, 'Relay interrupted, starting again')",
    replace: 'throw error',
    test: ['relay', 'connection is cut'],
  },
  {
    name: 'a back-off is not cut short by what is written',
    file: 'relay.ts',
    find: 'await backOff.wait',
    replace: 'await waiter.wait',
    test: ['relay', 'backs off'],
  },
  {
    name: 'closing deletes what was sent',
    file: 'relay.ts',
    find: 'while (true) {',
    replace: 'while (!isClosing) {',
    test: ['relay', 'finishes what is in flight'],
  },
  {
    name: 'a refusal is logged once a row',
    file: 'relay.ts',
    find: 'if (failedIds.has(row.id)) continue',
    replace: '',
    test: ['sns-channel', 'refused for a while'],
  },
  {
    name: 'channels are relayed apart',
    file: 'outbox-reader.ts',
    find: 'WHERE channel = $1 AND id >= $5',
    replace: 'WHERE ($1::text IS NOT NULL) AND id >= $5',
    test: ['sns-channel', 'refused for a while'],
  },
  {
    name: 'a sender fault is parked',
    file: 'sns-channel.ts',
    find: '} else if (refusal.SenderFault) {',
    replace: '} else if (refusal.SenderFault && !row.id) {',
    test: ['sns-channel', 'parks a message'],
  },
  {
    name: 'memory, effect and dead letters are one transaction',
    file: 'lane.ts',
    find: "context.db.transaction((tx) => applyBatch(tx, context, items), {\n          isolationLevel: 'read committed',\n        })",
    replace: 'applyBatch(context.db as never, context, items)',
    test: ['consumer', 'breaks a rule'],
  },
  {
    name: 'an offset is done only after the commit',
    file: 'partition.ts',
    find: 'for (const lane of lanes) lane.start()',
    replace:
      'for (const lane of lanes) lane.start()\n      watermark.complete(waiting.map(({ record }) => record.offset))',
    test: ['consumer', 'still in hand'],
  },
  {
    name: 'the watermark is the lowest offset not done',
    file: 'watermark.ts',
    find: 'if (!isDone) return',
    replace: 'if (!isDone) continue',
    test: ['watermark', 'lowest offset'],
  },
  {
    name: 'known records have no second effect',
    file: 'apply-batch.ts',
    find: 'firsts.has(received) && inserted.has(toStreamName(received.identity))',
    replace: 'firsts.has(received)',
    test: ['consumer', 'starts from the beginning'],
  },
  {
    name: 'equal ids within a batch are folded',
    file: 'apply-batch.ts',
    find: 'if (!own.some((name) => names.has(name))) firsts.add(received)',
    replace: 'firsts.add(received)',
    test: ['consumer', 'effect once'],
  },
  {
    name: 'a repeat with another content is no repeat',
    file: 'apply-batch.ts',
    find: 'return rows.size === 1 && [...rows].every((row) => contentHash.equals(row.contentHash))',
    replace: 'return rows.size > 0 || contentHash.length === 0',
    test: ['consumer', 'another content'],
  },
  {
    name: 'a mismatch is remembered',
    file: 'apply-batch.ts',
    find: 'if (mismatches.length === 0) return outcomes',
    replace: 'if (mismatches.length >= 0) return outcomes',
    test: ['consumer', 'another content'],
  },
  {
    name: 'the content hash ignores property order',
    file: 'record.ts',
    find: '.sort(([a], [b]) => (a < b ? -1 : 1))',
    replace: '',
    test: ['consumer', 'another order'],
  },
  {
    name: 'a dead letter is remembered',
    file: 'apply-batch.ts',
    find: "if (isNew(received)) return received.refusal ? 'dead' : 'done'",
    replace: "if (received.refusal) return 'dead'\n    if (isNew(received)) return 'done'",
    test: ['consumer', 'one dead letter'],
  },
  {
    name: 'bytes that are not text survive',
    file: 'outbox.ts',
    find: "value?.toString('base64') ?? null",
    replace: 'value?.toString() ?? null',
    test: ['consumer', 'turns whatever'],
  },
  {
    name: 'only the culprit of a batch pays',
    file: 'lane.ts',
    find: 'if (items.length > 1) {',
    replace:
      "if (items.length > 1 && failure === 'permanent') {\n          for (const item of items) refuseForGood(item, error)\n          continue\n        }\n        if (items.length > 1) {",
    test: ['consumer', 'breaks a rule'],
  },
  {
    name: "a dependency that is down is nobody's fault",
    file: 'classify.ts',
    find: "return 'outage'\n    if (/^(22",
    replace: "return 'permanent'\n    if (/^(22",
    test: ['faults', 'nothing is lost'],
  },
  {
    name: "an unlisted error is the record's own only after a minute",
    file: 'lane.ts',
    find: 'if (ownFailures < MAX_UNKNOWN_ATTEMPTS || !hasTried) {',
    replace: 'if (!hasTried && ownFailures > MAX_UNKNOWN_ATTEMPTS) {',
    test: ['consumer', 'unlisted error'],
  },
  {
    name: 'an unlisted error counts only while others succeed',
    file: 'lane.ts',
    find: 'if (circuit.successes > successesBefore) ownFailures += 1',
    replace: 'ownFailures += 5',
    test: ['consumer', 'unlisted error'],
  },
  {
    name: 'a join goes back to the watermark',
    file: 'assignment.ts',
    find: '            options.seek(topic, number, watermark)\n',
    replace: '',
    test: ['assignment', 'goes back to the watermark'],
  },
  {
    name: 'a batch from before the join is refused',
    file: 'assignment.ts',
    find: 'if (!partition || start === partition.position) {',
    replace: 'if (partition || !strays) {',
    test: ['assignment', 'before the join'],
  },
  {
    name: 'work of an older epoch is dropped',
    file: 'assignment.ts',
    find: 'for (const partition of partitions.values()) partition.abandon()',
    replace: '',
    test: ['assignment', 'goes back'],
  },
  {
    name: 'markers and aborted records are stepped over',
    file: 'consumer.ts',
    find: 'if (Number(batchSize) === 0) stepOver',
    replace: 'if (Number(batchSize) < 0) stepOver',
    test: ['consumer', 'aborted transactions'],
  },
  {
    name: 'equal keys share a lane',
    file: 'partition.ts',
    find: 'return Math.abs(hash) % LANES',
    replace: 'return Math.floor(Math.random() * LANES)',
    test: ['consumer', 'in the order of its key'],
  },
  {
    name: 'a stop commits before it leaves',
    file: 'consumer.ts',
    find: 'await Promise.race([Promise.resolve(committing).then(commit), deadline])',
    replace: '',
    test: ['consumer', 'leaves the rest'],
  },
  {
    name: 'a stop ends what is in hand',
    file: 'consumer.ts',
    find: 'await Promise.race([Promise.all(held.map((partition) => partition.whenIdle())), deadline])',
    replace: '',
    test: ['consumer', 'leaves the rest'],
  },
  {
    name: 'a replay forgets what is dead',
    file: 'apply-batch.ts',
    find: '  await forgetRedriven(tx, context.consumer, items)\n',
    replace: '',
    test: ['consumer', 'replayed dead letter'],
  },
  {
    name: 'a replay forgets nothing that is done',
    file: 'apply-batch.ts',
    find: "      AND known.outcome = 'dead'`)",
    replace: '      `)',
    test: ['consumer', 'replayed dead letter'],
  },
  {
    name: 'every codec is registered',
    file: 'codecs.ts',
    find: 'CompressionCodecs[CompressionTypes.ZSTD] = ',
    replace: 'const ignored = ',
    test: ['consumer', 'every codec'],
  },
  {
    name: 'groups begin at the beginning',
    file: 'consumer.ts',
    find: 'fromBeginning: true',
    replace: 'fromBeginning: false',
    test: ['consumer', 'starts from the beginning'],
  },
]

const folder = new URL('../', import.meta.url)

/** Returns the name of the test that fails without the guard; null when none does. */
function findRedTest({ name, file, find, replace, test }: Guard): string | null {
  const source = new URL(`src/${file}`, folder)
  const original = readFileSync(source, 'utf8')
  if (!original.includes(find)) throw new Error(`${file} no longer holds the guard "${name}"`)
  try {
    writeFileSync(
      source,
      original.replace(find, () => replace),
    )
    const run = spawnSync('vitest', ['run', `test/${test[0]}.test.ts`, '-t', test[1], '--reporter=json'], {
      cwd: folder,
      encoding: 'utf8',
      timeout: 180_000,
    })
    if (run.status === 0) return null
    const [, report] = /^(\{"numTotal.*\})$/m.exec(run.stdout) ?? []
    const results: { title: string; status: string }[] = report
      ? JSON.parse(report).testResults.flatMap((result: { assertionResults: [] }) => result.assertionResults)
      : []
    return results.find(({ status }) => status === 'failed')?.title ?? `${test[1]} (does not end)`
  } finally {
    writeFileSync(source, original)
  }
}

const code = (text: string) => `\`${text.replaceAll(/\s+/g, ' ').trim().replaceAll('|', '\\|') || ' '}\``
const rows = guards.map((guard) => {
  const caughtBy = findRedTest(guard)
  process.stdout.write(`${caughtBy ? 'red  ' : 'GREEN'}  ${guard.name}\n`)
  if (!caughtBy) process.exitCode = 1
  const edit = `${guard.file}: ${code(guard.find)} → ${code(guard.replace)}`
  return `| ${guard.name} | ${edit} | ${caughtBy ? `${guard.test[0]}: ${caughtBy}` : '**none**'} |`
})
writeFileSync(
  new URL('test/guards.md', folder),
  [
    '# Guards',
    '',
    'What the promises of this package stand on. Each line is a guard, the edit that takes it away, and the test that went red',
    'then. Written by `pnpm run guards`, which makes every edit again.',
    '',
    '| guard | edit | test |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n'),
)
