import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokerSettings, kafkaVersion } from '@coursewire/kafka'
import { type Certificates, createCertificates } from './certificates.ts'
import { openDirectory } from './directories.ts'
import { findJars, findJava } from './kafka-jars.ts'
import { createClusterId, startKafkaNode } from './kafka-node.ts'
import { findFreePort } from './ports.ts'
import { runProgram } from './run-program.ts'
import type { KafkaServer } from './server.ts'

type Login = { username: string; password: string }

export type SecureKafka = KafkaServer &
  Pick<Certificates, 'ca'> & {
    /** The only one who may do anything before there are ACLs. */
    admin: Login
    /** Returns how a user logs in, by SCRAM-SHA-512. Throws if there is no such user. */
    loginOf: (user: string) => Login
  }

/** Returns why this machine cannot run such a Kafka, or null. */
export async function findSecureObstacle(): Promise<string | null> {
  try {
    await Promise.all([findJava(), findJars(() => {}), runProgram('openssl', ['version'])])
    return null
  } catch (error) {
    return `a Kafka with TLS needs its jars and OpenSSL 3: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** Starts an embedded Kafka for a test, where clients need TLS and the password of one of `users`, and may do what ACLs allow. */
export async function ownSecureKafka({
  users,
  log = () => {},
}: {
  users: readonly string[]
  log?: (line: string) => void
}): Promise<SecureKafka> {
  const [java, jars] = [await findJava(), await findJars(log)]
  const [port, controllerPort] = [await findFreePort(), await findFreePort()]
  const opened = openDirectory(undefined)
  const { ca, certificate, key } = await createCertificates(opened.directory)
  const keystore = join(opened.directory, 'keystore.pem')
  writeFileSync(keystore, readFileSync(key, 'utf8') + readFileSync(certificate, 'utf8'), { mode: 0o600 })

  const passwords = Object.fromEntries(['admin', ...users].map((user) => [user, randomBytes(24).toString('base64url')]))
  function loginOf(username: string): Login {
    const password = passwords[username]
    if (password === undefined) throw new Error(`This Kafka has no user ${username}`)
    return { username, password }
  }
  const admin = loginOf('admin')
  const broker = `localhost:${port}`

  const node = await startKafkaNode({
    ...opened,
    name: 'Kafka',
    java,
    jars,
    clusterId: createClusterId(),
    settings: (logDirectory) => {
      const address = { listenHost: '127.0.0.1', host: 'localhost', port, controllerPort, logDirectory }
      return brokerSettings({ ...address, security: { keystore, ca, admin } })
    },
    users: passwords,
    heapMb: 512,
    port,
    // It says so when it counts itself as a broker, a moment after it listens. To ask would take a login.
    isReady: async (said) => said().includes('Kafka Server started'),
    log,
  })
  return {
    ...node,
    provider: 'embedded',
    description: `Apache Kafka ${kafkaVersion}, embedded, on ${broker} with TLS and passwords`,
    brokers: [broker],
    ca,
    admin,
    loginOf,
    get pid() {
      return node.pid
    },
  }
}
