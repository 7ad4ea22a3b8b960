import { readdirSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')

export interface Alert {
  alert: string
  expr: string
  labels: { severity: 'page' | 'ticket' }
  /** `summary`, `student` (what a student notices) and `runbook_url`, a path in this repository. */
  annotations: Record<'summary' | 'student' | 'runbook_url', string>
}

export function readAlerts(): Alert[] {
  const { groups } = parse(read('alerts.yaml')) as { groups: { rules: Alert[] }[] }
  return groups.flatMap(({ rules }) => rules)
}

/** Reads every panel of every dashboard. */
export function readPanels(): { title: string; targets: { expr: string }[] }[] {
  return readdirSync(new URL('../dashboards/', import.meta.url)).flatMap(
    (file) => (JSON.parse(read(`dashboards/${file}`)) as { panels: ReturnType<typeof readPanels> }).panels,
  )
}

/** Returns the rules with seconds in place of minutes, so that nobody who tries them has to wait. */
export function shortenRules(): string {
  return read('alerts.yaml')
    .replaceAll(/\b(\d+)m\b/g, '$1s')
    .replaceAll(/\b(\d+)h\b/g, (_, hours: string) => `${Number(hours) * 60}s`)
    .replaceAll(/\b1d\b/g, '1440s')
    .replaceAll('* 60', '* 1')
}
