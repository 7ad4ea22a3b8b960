import { readFileSync } from 'node:fs'
import { brokerFiles, kafkaVersion } from '@coursewire/kafka'
import { postgresVersion } from '@coursewire/postgres'
import { expect, test } from 'vitest'

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8')
const { engines } = JSON.parse(read('package.json')) as { engines: { node: string } }
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

test('the README and the types name the oldest supported Node.js', () => {
  expect(read('README.md')).toContain(`Node.js ${nodeVersion} or newer`)
  expect(read('pnpm-workspace.yaml')).toContain(`"@types/node": ${nodeVersion}.`)
})

test('.nvmrc gives developers the Node.js that the images run', () => {
  expect(read('infra/docker/Dockerfile')).toContain(`ARG NODE_IMAGE=node:${read('.nvmrc').trim()}-`)
})
