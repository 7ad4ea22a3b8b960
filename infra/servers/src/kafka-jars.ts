import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { brokerFiles } from '@coursewire/kafka'
import { cacheDirectory, fillOnce } from './directories.ts'
import { runProgram } from './run-program.ts'

/** For Java and Maven, which cannot find a path with an umlaut in a plain C locale. */
export const javaEnvironment = { LC_ALL: 'C.UTF-8' }

/** Finds Java 17 or newer. Throws if there is none. */
export async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME']
  const java = home ? join(home, 'bin/java') : 'java'
  const { stderr } = await runProgram(java, ['-version']).catch((cause: Error) => {
    const place = home ? ` (JAVA_HOME is ${home})` : ''
    throw new Error(`a JDK 17 or newer is needed: ${cause.message}${place}`, { cause })
  })
  const [, version] = /version "(\d+)/.exec(stderr) ?? []
  if (!version) throw new Error(`a JDK 17 or newer is needed, and ${java} does not say its version: ${stderr.trim()}`)
  if (Number(version) < 17) throw new Error(`Java is version ${version}; a JDK 17 or newer is needed`)
  return java
}

/** Finds the folder of Kafka's jars, including its clients. Maven downloads them the first time. Throws if that fails. */
export function findJars(log: (line: string) => void): Promise<string> {
  return copyJars(brokerFiles.pom, 'kafka', () => log('Fetching Apache Kafka with Maven (44 MB, once)'))
}

/** Has Maven copy what `pom` depends on into a folder that begins with `name`, unless it is there. `onFetch` is called before a download. */
export async function copyJars(pom: string, name: string, onFetch: () => void): Promise<string> {
  const fingerprint = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12)
  const jars = join(cacheDirectory, `${name}-${fingerprint}`)
  if (existsSync(jars)) return jars
  onFetch()
  await fillOnce(jars, async (draft) => {
    const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${draft}`]
    await runProgram('mvn', ['-q', '-B', '-f', pom, ...goal], { env: { ...process.env, ...javaEnvironment } })
  })
  return jars
}
