import { readFileSync } from 'node:fs'
import { brokerFiles, kafkaVersion } from '@coursewire/kafka'
import { postgresVersion } from '@coursewire/postgres'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const { packageManager, engines } = JSON.parse(read('package.json')) as {
  packageManager: string
  engines: { node: string }
}
const nodeVersion = engines.node.replace('>=', '')

test('the jars of the local broker have the version that containers run', () => {
  expect(readFileSync(brokerFiles.pom, 'utf8')).toContain(
    `<artifactId>kafka_2.13</artifactId>\n      <version>${kafkaVersion}</version>`,
  )
})

test('the embedded PostgreSQL has the version that containers run', () => {
  const { optionalDependencies } = JSON.parse(read('infra/servers/package.json')) as {
    optionalDependencies: Record<string, string>
  }

  for (const version of Object.values(optionalDependencies)) expect(version).toMatch(`${postgresVersion}.`)
})

test('the README and the types name the oldest supported Node.js, and the README names the installed pnpm', () => {
  expect(read('README.md')).toContain(`Node.js ${nodeVersion} or newer`)
  expect(read('pnpm-workspace.yaml')).toContain(`"@types/node": ${nodeVersion}.`)
  for (const [named] of read('README.md').matchAll(/pnpm@[\d.]+/g)) expect(named).toBe(packageManager)
})

test('.nvmrc gives developers the Node.js that the images run', () => {
  expect(read('infra/docker/Dockerfile')).toContain(`ARG NODE_IMAGE=node:${read('.nvmrc').trim()}-`)
})
