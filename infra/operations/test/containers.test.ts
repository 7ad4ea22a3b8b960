import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { keepSecrets } from '@coursewire/setup'
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest'
import { findContainers } from '../src/containers.ts'

const checkout = fileURLToPath(new URL('../../..', import.meta.url))
const ports = { postgres: 15432, kafka: 9092, traces: 4318, 'enrollment-api': 4000 }

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'coursewire-containers-'))
  return () => rmSync(directory, { recursive: true })
})

/** The containers of a project, as `docker inspect` tells of them. */
function aProject(
  project: string,
  { folder = checkout, isRunning = true, services = ['setup', ...Object.keys(ports)] },
) {
  return services.map((service) => {
    const HostPort = String(ports[service as keyof typeof ports])
    return {
      Id: `${project}-${service}`,
      State: { Running: isRunning && service !== 'setup' },
      Config: {
        Labels: {
          'com.docker.compose.project': project,
          'com.docker.compose.service': service,
          'com.docker.compose.project.working_dir': folder,
        },
      },
      HostConfig: { PortBindings: service === 'setup' ? {} : { 'x/tcp': [{ HostIp: '127.0.0.1', HostPort }] } },
    }
  })
}

/** Puts a `docker` in the place of the real one that tells of these containers. Only the volume of `ready-setup` has secrets. */
function provideDocker(containers: ReturnType<typeof aProject>) {
  const told = join(directory, 'inspect.json')
  const secrets = keepSecrets(join(directory, 'secrets.json'))
  writeFileSync(told, JSON.stringify(containers))
  const script = `#!/bin/sh
case "$1" in
  ps) echo id ;;
  inspect) cat ${told} ;;
  cp) [ "$2" = ready-setup:/settings/setup/secrets.json ] && cp ${directory}/secrets.json "$3" ;;
esac
`
  writeFileSync(join(directory, 'docker'), script, { mode: 0o755 })
  vi.stubEnv('PATH', `${directory}:${process.env['PATH']}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  return secrets
}

it('finds the product that runs from this checkout, by its ports here, and its secrets', () => {
  const secrets = provideDocker([
    ...aProject('elsewhere', { folder: tmpdir() }),
    ...aProject('ended', { isRunning: false }),
    ...aProject('servers', { services: ['postgres', 'kafka'] }),
    ...aProject('ready', {}),
  ])

  const found = findContainers({})

  expect(found).toMatchObject({
    enrollmentApi: 'http://127.0.0.1:4000',
    kafka: '127.0.0.1:9092',
    traces: 'http://127.0.0.1:4318',
  })
  const { owner, run } = secrets.databases.email
  expect(found?.postgres.email).toEqual({
    databaseUrl: `postgresql://email:${run}@127.0.0.1:15432/email`,
    migrateDatabaseUrl: `postgresql://email_owner:${owner}@127.0.0.1:15432/email`,
  })
  expect(found?.readSecrets()).toEqual(secrets)
})

it('finds nothing if there is no product, or no Docker that answers', () => {
  provideDocker(aProject('servers', { services: ['postgres', 'kafka'] }))
  expect(findContainers({})).toBeNull()

  writeFileSync(join(directory, 'docker'), '#!/bin/sh\nexit 1\n')
  expect(findContainers({})).toBeNull()
})

it('asks which one, if there are several', () => {
  provideDocker([...aProject('ready', {}), ...aProject('other', {})])

  expect(() => findContainers({})).toThrow('name one in COMPOSE_PROJECT_NAME: ready, other')
  expect(findContainers({ COMPOSE_PROJECT_NAME: 'ready' })).not.toBeNull()
  expect(findContainers({ DATABASE_URL: 'postgresql://127.0.0.1/email' })).toBeNull()
})

it('asks to wait until the product has its secrets', () => {
  provideDocker(aProject('young', {}))

  expect(() => findContainers({})).toThrow('The containers are still starting')
})
