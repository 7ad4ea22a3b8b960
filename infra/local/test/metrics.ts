import { findMetrics, readAlerts, readPanels } from '@coursewire/observability'
import { type AppName, appNames, keyOf } from '@coursewire/product'
import { waitFor } from '@coursewire/servers'
import { describe, expect, it } from 'vitest'
import type { Stack } from '../src/stack.ts'

/** Counted once an hour. */
const late = 'enrollments_without_mail'
/** Made by Prometheus, and the labels that it adds to every series. */
const ofPrometheus = ['up', 'ALERTS']
const added = ['job', 'instance', 'alertname', 'alertstate']

const queries = [
  ...readAlerts().map(({ alert, expr }) => ({ from: `alert ${alert}`, expr })),
  ...readPanels().flatMap(({ title, targets }) => targets.map(({ expr }) => ({ from: `panel ${title}`, expr }))),
]

/** Defines tests that compare alerts and dashboards with what the running apps measure. */
export function describeMetrics(getStack: () => Stack): void {
  /** The series of all apps, by name, each with the labels that they have; and the metrics, which are fewer, with their help texts. */
  async function readMetrics() {
    const labels = new Map<string, Set<string>>()
    const help = new Map<string, string>()
    for (const text of await Promise.all(appNames.map(read))) {
      for (const [, name = '', list = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
        const known = labels.get(name) ?? new Set(added)
        labels.set(name, known)
        for (const [, label = ''] of list.matchAll(/(\w+)="/g)) known.add(label)
      }
      for (const [, name = '', words = ''] of text.matchAll(/^# HELP (\w+) (.*)$/gm)) help.set(name, words)
    }
    return { labels, help }
  }

  const read = async (app: AppName) => (await fetch(`${getStack().urls[keyOf(app)]}/metrics`)).text()

  /** Some are first measured after a minute. */
  const waitForAll = () =>
    waitFor(async () => (await readMetrics()).labels.has('audit_unsealed_seconds'), { timeoutMs: 180_000 })

  describe('metrics', () => {
    it('exist, with their labels, wherever an alert or a panel names them', async () => {
      await waitForAll()
      const { labels } = await readMetrics()

      const missing = queries.flatMap(({ from, expr }) =>
        findMetrics(expr)
          .filter(({ name }) => name !== late && !ofPrometheus.includes(name))
          .flatMap(({ name, labels: asked }) => {
            const known = labels.get(name)
            return known ? asked.filter((label) => !known.has(label)).map((label) => `${name}{${label}}`) : [name]
          })
          .map((lacking) => `${from}: ${lacking}`),
      )

      expect(missing).toEqual([])
    }, 240_000)

    it('are each on a dashboard or behind an alert, and say what to think of them', async () => {
      const { help } = await readMetrics()
      const named = queries.flatMap(({ expr }) => findMetrics(expr).map(({ name }) => name))

      const unseen = [...help.keys()].filter(
        (name) => !named.some((one) => one.replace(/_(bucket|count|sum)$/, '') === name),
      )

      expect(unseen).toEqual([])
      expect([...help].filter(([, words]) => words === 'description missing')).toEqual([])
    })

    it('are named as Prometheus names them', async () => {
      const kinds = (await Promise.all(appNames.map(read))).flatMap((text) => [
        ...text.matchAll(/^# TYPE (\w+) (\w+)$/gm),
      ])

      for (const [, name = '', kind] of kinds) {
        expect(name).toMatch(/^[a-z][a-z0-9_]*$/)
        expect(name.endsWith('_total')).toBe(kind === 'counter')
        expect(name).not.toMatch(/_(ms|millis|milliseconds|minutes|kb|mb|percent)(_|$)/)
      }
    })
  })
}
