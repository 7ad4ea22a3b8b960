import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderTargets, shortenRules } from '@coursewire/observability'
import { keyOf } from '@coursewire/product'
import { findFreePort, startGuard, startServerProcess } from '@coursewire/servers'
import type { Product } from '../src/stack.ts'

/** The reason why there is no Prometheus here, or null. */
export const obstacle =
  spawnSync('prometheus', ['--version']).status === 0 ? null : 'prometheus is not installed (Debian: prometheus)'

/** Starts Prometheus as the README does, but looks every second, and with rules in which a minute lasts a second. */
export async function startPrometheus({ urls }: Product, directory: string) {
  mkdirSync(directory, { recursive: true })
  const config = readFileSync(new URL('../../observability/prometheus.yaml', import.meta.url), 'utf8')
  const shortened = config.replaceAll(/\d+s$/gm, '1s').replace('../../.coursewire/', '')
  writeFileSync(join(directory, 'prometheus.yaml'), shortened)
  writeFileSync(join(directory, 'alerts.yaml'), shortenRules())
  writeFileSync(
    join(directory, 'targets.json'),
    renderTargets((app) => new URL(urls[keyOf(app)]).host),
  )
  startGuard({ directory, isTemporary: false }, 'KILL')
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  const { stop } = await startServerProcess({
    name: 'prometheus',
    directory,
    command: 'prometheus',
    args: [
      `--config.file=${directory}/prometheus.yaml`,
      `--storage.tsdb.path=${directory}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    port,
    stopSignal: 'SIGTERM',
    isReady: async () => (await fetch(`${url}/-/ready`)).ok,
    log: (line) => process.stdout.write(`${line}\n`),
  })

  async function ask<Data>(path: string): Promise<Data> {
    const { data } = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: Data }
    return data
  }

  return {
    stop,
    async listFiring(): Promise<string[]> {
      const { alerts } = await ask<{ alerts: { state: string; labels: { alertname: string } }[] }>('alerts')
      return alerts.filter(({ state }) => state === 'firing').map(({ labels }) => labels.alertname)
    },
    /** The values of an expression, in the order of their series. */
    async query(expr: string): Promise<string[]> {
      const { result } = await ask<{ result: { metric: object; value: [number, string] }[] }>(
        `query?query=${encodeURIComponent(expr)}`,
      )
      return result.map(({ metric, value }) => `${JSON.stringify(metric)} ${value[1]}`).toSorted()
    },
  }
}
