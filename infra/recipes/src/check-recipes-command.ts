// `npm run check:recipes`: follows each recipe of CONTRIBUTING.md in a copy of this checkout, and checks that what comes of it compiles,
// runs and does what the recipe says. The copy has run before, and so has data, secrets and topics from the time before.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { copyCheckout } from './checkout.ts'
import { promises } from './promises.ts'
import { readRecipes } from './recipe.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const startedAt = performance.now()
const log = (line: string) =>
  console.log(`${((performance.now() - startedAt) / 1000).toFixed(0).padStart(4)} s  ${line}`)

const recipes = readRecipes(readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8'))
log('Copying this checkout')
const checkout = copyCheckout(root)
process.on('exit', checkout.remove)
let isStopping = false
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect']) process.on(signal, () => void stop())
// Listening for its end would keep the process running.
process.channel?.unref()

try {
  log('Installing and starting it')
  await checkout.whileRunning(async () => undefined)
  for (const { title, steps } of recipes) {
    log(title)
    const files = await checkout.follow(title, steps)
    for (const file of files) log(`  ${file}`)
    await promises[title]?.afterwards?.(files, checkout)
  }
  log('npm run check')
  await checkout.run('npm run check')
  log('Starting it again')
  await checkout.whileRunning(async (stack) => {
    for (const { title } of recipes) await promises[title]?.running?.(stack)
  })
  log(`${recipes.length} recipes do what they say`)
} catch (error) {
  if (!isStopping) console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}

async function stop(): Promise<void> {
  isStopping = true
  await checkout.interrupt()
  process.exit(130)
}
