// `npm run race`: builds the product and races its relay against other outboxes.
import { runBuilt } from './run-built.ts'

await runBuilt('race.js')
