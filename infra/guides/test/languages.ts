import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cacheDirectory, copyJars, fillOnce, findJava, runProgram } from '@coursewire/servers'

const sources = fileURLToPath(new URL('../src', import.meta.url))

/** Runs the programs of a language. */
export interface Language {
  command: string
  /** The arguments before those of the program. */
  argumentsOf: (program: 'consumer' | 'producer') => string[]
  environment?: NodeJS.ProcessEnv
  /** The address of a database as its driver expects it. */
  toDatabaseUrl?: (url: string) => string
}

/** By name, a function that fetches what the language needs, once, and throws if this machine cannot run it. */
export const languages: Record<string, () => Promise<Language>> = {
  TypeScript: async () => ({
    command: process.execPath,
    argumentsOf: (program) => ['--import', 'tsx', join(sources, 'typescript', `${program}.ts`)],
  }),

  Python: async () => ({
    command: 'python3',
    argumentsOf: (program) => [join(sources, 'python', `${program}.py`)],
    environment: { PYTHONPATH: await fetchPackages(), PYTHONDONTWRITEBYTECODE: '1' },
  }),

  Java: async () => {
    const [command, jars] = [await findJava(), await copyJars(join(sources, 'java/pom.xml'), 'guides', () => {})]
    return {
      command,
      argumentsOf: (program) => {
        const file = program === 'consumer' ? 'Consumer.java' : 'Producer.java'
        return ['-XX:TieredStopAtLevel=1', '-cp', `${jars}/*`, join(sources, 'java', file)]
      },
      // Java reads its arguments in the charset of the locale.
      environment: { LC_ALL: 'C.UTF-8' },
      toDatabaseUrl(url) {
        const { host, pathname, username, password } = new URL(url)
        return `jdbc:postgresql://${host}${pathname}?user=${username}&password=${password}`
      },
    }
  },
}

async function fetchPackages(): Promise<string> {
  const { stdout: version } = await runProgram('python3', ['--version'])
  const requirements = join(sources, 'python/requirements.txt')
  const fingerprint = createHash('sha256').update(version).update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const packages = join(cacheDirectory, `python-${fingerprint}`)
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
  if (!existsSync(packages))
    await fillOnce(packages, async (draft) => void (await runProgram('python3', [...install, '--target', draft])))
  return packages
}
