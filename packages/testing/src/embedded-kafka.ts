import { execFile } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brokerFiles, brokerSettings } from '@coursewire/kafka'
import { cacheDirectory, fillOnce, openDirectory } from './directories.ts'
import { startGuard } from './guard.ts'
import { isBrokerReady } from './kafka-probe.ts'
import { findFreePort } from './ports.ts'
import type { KafkaOptions, KafkaServer, WithLog } from './server.ts'
import { startServerProcess } from './server-process.ts'

const run = promisify(execFile)

/** Apache Kafka from its jars, as a child of this process: one node that is broker and controller. */
export async function startEmbeddedKafka(options: WithLog<KafkaOptions>): Promise<KafkaServer> {
  const { log } = options
  const java = await findJava()
  const jars = await findJars(log)
  const opened = openDirectory(options.dataDir)
  const { directory, isTemporary } = opened
  startGuard(opened, 'KILL')
  const port = await findFreePort(options.port, log)
  const logDirectory = join(directory, 'data')
  const properties = join(directory, 'server.properties')
  const address = {
    listenHost: '127.0.0.1',
    host: '127.0.0.1',
    port,
    controllerPort: await findFreePort(),
    logDirectory,
  }
  const lines = Object.entries(brokerSettings(address)).map(([name, value]) => `${name}=${value}`)
  writeFileSync(properties, lines.join('\n'))
  if (!existsSync(join(logDirectory, 'meta.properties'))) {
    log('Formatting the storage of Kafka')
    await run(java, [
      '-cp',
      `${jars}/*`,
      'kafka.tools.StorageTool',
      'format',
      `--cluster-id=${createClusterId()}`,
      '-c',
      properties,
    ])
  }

  const logging = `-Dlog4j2.configurationFile=${brokerFiles.log4j2}`
  const memory = ['-Xmx512m', '-XX:+UseSerialGC']
  // A broker of tests lives for seconds: the second compiler takes more of them than it gives back.
  const compiler = isTemporary ? ['-XX:TieredStopAtLevel=1'] : []
  const server = await startServerProcess({
    name: 'Kafka',
    directory,
    command: java,
    args: [...memory, ...compiler, logging, '-cp', `${jars}/*`, 'kafka.Kafka', properties],
    stopSignal: 'SIGTERM',
    isReady: () => isBrokerReady('127.0.0.1', port),
    log,
  })

  return {
    ...server,
    provider: 'embedded',
    description: `Apache Kafka 4.3.1, embedded, on 127.0.0.1:${port}`,
    brokers: [`127.0.0.1:${port}`],
    get pid() {
      return server.pid
    },
  }
}

async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME']
  const java = home ? join(home, 'bin/java') : 'java'
  const { stderr } = await run(java, ['-version']).catch(() => ({ stderr: '' }))
  const [, version] = /version "(\d+)/.exec(stderr) ?? []
  if (!version) throw new Error('there is no Java; a JDK 17 or newer is needed')
  if (Number(version) < 17) throw new Error(`Java is version ${version}; a JDK 17 or newer is needed`)
  return java
}

async function findJars(log: (line: string) => void): Promise<string> {
  const fingerprint = createHash('sha256').update(readFileSync(brokerFiles.pom)).digest('hex').slice(0, 12)
  const jars = join(cacheDirectory, `kafka-${fingerprint}`)
  if (existsSync(jars)) return jars
  log('Fetching Apache Kafka with Maven (44 MB, once)')
  await fillOnce(jars, async (draft) => {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`]
    await run('mvn', ['-q', '-B', '-f', brokerFiles.pom, ...goal]).catch(
      (error: Error & { code: unknown; stdout: string }) => {
        throw new Error(
          error.code === 'ENOENT'
            ? 'there is no Maven to fetch it'
            : `Maven failed: ${error.stdout.trim().slice(0, 500)}`,
        )
      },
    )
  })
  return jars
}

/** Sixteen bytes as Kafka writes an id. The first character is no dash, which tools would take for an option. */
function createClusterId(): string {
  const bytes = randomBytes(16)
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0)
  return bytes.toString('base64url')
}
