import { type AppName, appNames } from '@coursewire/product'

/** Renders what Prometheus is to scrape, for its `file_sd_configs`. Each app is a job, so a label `job` names the app. */
export function renderTargets(hostOf: (app: AppName) => string): string {
  const targets = appNames.map((app) => JSON.stringify({ targets: [hostOf(app)], labels: { job: app } }))
  return `[\n${targets.join(',\n')}\n]`
}
