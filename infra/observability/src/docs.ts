import { dashboards } from './dashboards.ts'

const [, , file = ''] = process.argv
process.stdout.write(dashboards[file]?.() ?? '')
