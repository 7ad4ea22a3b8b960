import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokerFiles } from '@coursewire/kafka'
import { type Guarded, startGuard } from './guard.ts'
import { javaEnvironment } from './kafka-jars.ts'
import { runProgram } from './run-program.ts'
import { type ServerProcess, type ServerProcessSpec, startServerProcess } from './server-process.ts'

export type KafkaNodeSpec = Guarded & {
  name: string
  java: string
  jars: string
  clusterId: string
  /** The log directory is relative to `directory`. */
  settings: (logDirectory: string) => Record<string, string>
  /** The passwords of users, by their names. */
  users?: Record<string, string>
  heapMb: number
  port: number
  isReady: ServerProcessSpec['isReady']
  log: (line: string) => void
}

/** Starts one node in its directory, which is formatted the first time. The node ends with this process. */
export async function startKafkaNode(spec: KafkaNodeSpec): Promise<ServerProcess> {
  const { name, java, jars, directory, isTemporary, isReady, log } = spec
  startGuard({ directory, isTemporary }, 'KILL')
  // A relative name, because Kafka splits paths at commas and reads its settings as Latin-1.
  const logDirectory = 'data'
  const properties = join(directory, 'server.properties')
  const lines = Object.entries(spec.settings(logDirectory)).map(([setting, value]) => `${setting}=${value}`)
  writeFileSync(properties, lines.join('\n'))
  if (!existsSync(join(directory, logDirectory, 'meta.properties'))) {
    log(`Formatting the storage of ${name}`)
    const format = ['kafka.tools.StorageTool', 'format', `--cluster-id=${spec.clusterId}`, '-c', properties]
    const scram = Object.entries(spec.users ?? {}).map(
      ([name, password]) => `--add-scram=SCRAM-SHA-512=[name=${name},password=${password}]`,
    )
    await runProgram(java, ['-cp', `${jars}/*`, ...format, ...scram], {
      cwd: directory,
      env: { ...process.env, ...javaEnvironment },
    })
  }

  const logging = `-Dlog4j2.configurationFile=${brokerFiles.log4j2}`
  const memory = [`-Xmx${spec.heapMb}m`, '-XX:+UseSerialGC']
  // A test broker lives for seconds. Java's second compiler would take more time than it saves.
  const compiler = isTemporary ? ['-XX:TieredStopAtLevel=1'] : []
  return startServerProcess({
    name,
    directory,
    command: java,
    args: [...memory, ...compiler, logging, '-cp', `${jars}/*`, 'kafka.Kafka', properties],
    environment: javaEnvironment,
    port: spec.port,
    stopSignal: 'SIGTERM',
    isReady,
    log,
  })
}

/** Encodes sixteen bytes as a Kafka id. The first character is never a dash, which tools would take for an option. */
export function createClusterId(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0)
  return bytes.toString('base64url')
}
