// `npm run bench`: builds the product and measures it as it is deployed.
import { runBuilt } from './run-built.ts'

await runBuilt('measure.js')
