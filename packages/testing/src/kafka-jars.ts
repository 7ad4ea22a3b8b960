import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brokerFiles } from '@coursewire/kafka'
import { cacheDirectory, fillOnce } from './directories.ts'

const run = promisify(execFile)

/** The path of Java 17 or newer. Throws where there is none. */
export async function findJava(): Promise<string> {
  const home = process.env['JAVA_HOME']
  const java = home ? join(home, 'bin/java') : 'java'
  const { stderr } = await run(java, ['-version']).catch(() => ({ stderr: '' }))
  const [, version] = /version "(\d+)/.exec(stderr) ?? []
  if (!version) throw new Error('there is no Java; a JDK 17 or newer is needed')
  if (Number(version) < 17) throw new Error(`Java is version ${version}; a JDK 17 or newer is needed`)
  return java
}

/** The folder of Kafka's jars, its clients among them; fetched by Maven the first time. Throws where that cannot be. */
export async function findJars(log: (line: string) => void): Promise<string> {
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
