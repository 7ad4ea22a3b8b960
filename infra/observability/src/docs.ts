import { appOf } from '@coursewire/product'
import { dashboards } from './dashboards.ts'
import { renderTargets } from './targets.ts'

const files: Record<string, () => string> = {
  ...dashboards,
  'containers.json': () => `${renderTargets((app) => `127.0.0.1:${appOf(app).port}`)}\n`,
}
const [, , file = ''] = process.argv
process.stdout.write(files[file]?.() ?? '')
