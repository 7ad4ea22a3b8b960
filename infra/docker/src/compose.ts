import { brokerSettings, kafkaVersion, toContainerEnvironment } from '@coursewire/kafka'
import { renderTargets } from '@coursewire/observability'
import { postgresVersion } from '@coursewire/postgres'
import {
  type AppName,
  appNames,
  appOf,
  heapFlag,
  memory,
  portVariable,
  serverPorts,
  settingsOf,
  surroundingsHere,
} from '@coursewire/product'

const brokers = 'kafka:29092'
const urlOf = (service: string) => `http://${service}:8080`
const addresses = {
  kafkaBrokers: brokers,
  // Docker's own networks. The published ports are open to this machine alone.
  proxies: '172.16.0.0/12,192.168.0.0/16',
  ...surroundingsHere(urlOf('aws')),
  traces: `\${OTEL_EXPORTER_OTLP_ENDPOINT:-${urlOf('traces')}}`,
  urlOf,
  publicUrlOf: (app: string) => `http://localhost:${portOf(app)}`,
}

/** The whole of docker-compose.yml. */
export function renderCompose(): string {
  return `# Generated from infra/product by \`pnpm run docs\` in infra/docker; do not edit.
# The whole product in containers: docker compose up --build. ENROLLMENT_API_PORT=4000 in the environment or in .env gives a
# service another port of this machine than the one that stands here, and likewise for the others.
# With --profile servers only Kafka and PostgreSQL, for \`npm start\` where Docker is to give them.
# With --profile product --profile observability also Prometheus and Grafana.
# No secret is in here: \`setup\` makes them, for this machine alone, and leaves each app its own in a volume.

x-container: &container
  profiles: [product]
  restart: unless-stopped
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
  mem_limit: ${memory.container}m
  cpus: 1.0
  stop_grace_period: 20s

x-servers: &servers
  kafka: { condition: service_healthy }
  postgres: { condition: service_healthy }
  aws: { condition: service_healthy }

services:
  kafka:
    image: apache/kafka:${kafkaVersion}
    profiles: [servers, product]
    restart: unless-stopped
    mem_limit: 1g
    ports: ["127.0.0.1:${portOf('kafka')}:${portOf('kafka')}"]
    volumes: ["kafka:/var/lib/kafka/data"]
    environment:
${renderSettings(toContainerEnvironment(twoListeners()))}
    healthcheck:
      test: [CMD, bash, -c, "exec 3<>/dev/tcp/127.0.0.1/29092"]
      interval: 2s
      timeout: 2s
      retries: 30

  postgres:
    image: postgres:${postgresVersion}
    profiles: [servers, product]
    restart: unless-stopped
    mem_limit: 1g
    shm_size: 256m
    ports: ["127.0.0.1:${portOf('postgres')}:5432"]
    volumes: ["postgres:/var/lib/postgresql", "superuser:/run/coursewire"]
    # The superuser's password is made at the first start. The volume is mounted by \`setup\` alone, which is uid 1000.
    entrypoint:
      - bash
      - -c
      - |
        cd /run/coursewire
        [ -s password ] || (umask 077 && head -c 24 /dev/urandom | base64 | tr +/ -_ | tr -d '\\n' > password)
        chown 1000 password
        POSTGRES_PASSWORD=$$(cat password) exec docker-entrypoint.sh postgres -c max_connections=300
    healthcheck:
      test: [CMD, pg_isready, -h, 127.0.0.1, -U, postgres]
      interval: 2s
      timeout: 2s
      retries: 30

  aws:
    <<: *container
    image: coursewire/aws-local
    build: { context: ., dockerfile: infra/docker/Dockerfile, args: { APP: aws-local } }
    environment: { DATA_DIR: /data, PUBLIC_URL: "${urlOf('aws')}" }
    ports: ["127.0.0.1:${portOf('aws')}:8080"]
    volumes: ["aws:/data"]

  traces:
    <<: *container
    image: coursewire/traces
    build: { context: ., dockerfile: infra/docker/Dockerfile, args: { APP: traces } }
    ports: ["127.0.0.1:${portOf('traces')}:8080"]

  setup:
    <<: *container
    image: coursewire/setup
    build:
      context: .
      dockerfile: infra/docker/Dockerfile
      args:
        APP: setup
        SETTINGS: "${settingsVolumes.join(' ')}"
    command: [dist/main.js, servers]
    restart: on-failure
    depends_on: *servers
    environment:
      KAFKA_BROKERS: ${brokers}
      AWS_URL: ${urlOf('aws')}
      EMAIL_WORKER_URL: ${urlOf('email-worker')}
      POSTGRES_URL: postgresql://postgres@postgres:5432/postgres
      POSTGRES_PASSWORD_FILE: /run/coursewire/password
      SETTINGS_DIR: /settings
    # Only this service writes settings, and each of the others has its own alone.
    volumes:
      - superuser:/run/coursewire:ro
${settingsVolumes.map((service) => `      - ${service}-settings:/settings/${service}`).join('\n')}

  first-course:
    <<: *container
    image: coursewire/setup
    command: [--env-file=/run/coursewire/settings.env, dist/main.js, first-course]
    restart: on-failure
    depends_on:
      enrollment-api: { condition: service_healthy }
      distribution-service: { condition: service_healthy }
      email-worker: { condition: service_healthy }
      web: { condition: service_healthy }
    environment:
      KAFKA_BROKERS: ${brokers}
      ENROLLMENT_API_URL: ${urlOf('enrollment-api')}
      DISTRIBUTION_SERVICE_URL: ${urlOf('distribution-service')}
      EMAIL_WORKER_URL: ${urlOf('email-worker')}
      AWS_URL: ${urlOf('aws')}
      # For the addresses that it prints at its end.
${renderSettings(Object.fromEntries([...appNames, 'aws'].map((name) => [portVariable(name), portOf(name)])))}
    volumes: ["first-course-settings:/run/coursewire:ro"]

${appNames.map(renderApp).join('\n\n')}

  prometheus:
    image: prom/prometheus:v3.5.0
    profiles: [observability]
    restart: unless-stopped
    mem_limit: 512m
    ports: ["127.0.0.1:\${PROMETHEUS_PORT:-9090}:9090"]
    volumes: ["./infra/observability:/etc/prometheus:ro", "prometheus:/prometheus"]
    # Its configuration looks for its targets here, as on this machine.
    tmpfs: [/.coursewire]
    entrypoint:
      - sh
      - -c
      - |
        echo '${renderTargets((app) => new URL(urlOf(app)).host).replaceAll('\n', '\n        ')}' > /.coursewire/targets.json
        exec prometheus --config.file=/etc/prometheus/prometheus.yaml --storage.tsdb.path=/prometheus

  grafana:
    image: grafana/grafana:12.3.1
    profiles: [observability]
    restart: unless-stopped
    mem_limit: 512m
    ports: ["127.0.0.1:\${GRAFANA_PORT:-3020}:3000"]
    # Whoever reaches the port may look, and nobody may sign in.
    environment:
      GF_AUTH_ANONYMOUS_ENABLED: "true"
      GF_AUTH_BASIC_ENABLED: "false"
      GF_AUTH_DISABLE_LOGIN_FORM: "true"
    volumes:
      - ./infra/observability/grafana/datasource.yaml:/etc/grafana/provisioning/datasources/prometheus.yaml:ro
      - ./infra/observability/grafana/dashboards.yaml:/etc/grafana/provisioning/dashboards/coursewire.yaml:ro
      - ./infra/observability/dashboards:/dashboards:ro

volumes:
${['kafka', 'postgres', 'superuser', 'aws', 'prometheus', ...settingsVolumes.map((service) => `${service}-settings`)]
  .map((volume) => `  ${volume}:`)
  .join('\n')}
`
}

/** The services for which `setup` has a volume. */
const settingsVolumes = ['setup', 'first-course', ...appNames]

function renderApp(app: AppName): string {
  return `  ${app}:
    <<: *container
    image: coursewire/${app}
    build: { context: ., dockerfile: infra/docker/Dockerfile, args: { APP: ${app} } }
    command: [${heapFlag}, --env-file=/run/coursewire/settings.env, dist/main.js]
    depends_on:
      <<: *servers
      setup: { condition: service_completed_successfully }
    environment:
${renderSettings(settingsOf(app, addresses))}${(appOf(app).fromShell ?? []).map((name) => `\n      ${name}:`).join('')}
    ports: ["127.0.0.1:${portOf(app)}:8080"]
    volumes: ["${app}-settings:/run/coursewire:ro"]`
}

/** A broker tells its clients its address, which is different for containers and for this machine. */
function twoListeners(): Record<string, string> {
  const settings = brokerSettings({
    listenHost: '0.0.0.0',
    host: 'kafka',
    port: 29092,
    controllerPort: 29093,
    logDirectory: '/var/lib/kafka/data',
  })
  return {
    ...settings,
    listeners: `${settings['listeners']},HOST://0.0.0.0:${portOf('kafka')}`,
    'advertised.listeners': `${settings['advertised.listeners']},HOST://localhost:${portOf('kafka')}`,
    'listener.security.protocol.map': `${settings['listener.security.protocol.map']},HOST:PLAINTEXT`,
  }
}

/** A port of this machine, as compose reads it. */
function portOf(service: string): string {
  const port =
    service in serverPorts ? serverPorts[service as keyof typeof serverPorts] : appOf(service as AppName).port
  return `\${${portVariable(service)}:-${port}}`
}

function renderSettings(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `      ${name}: ${JSON.stringify(value)}`)
    .join('\n')
}
