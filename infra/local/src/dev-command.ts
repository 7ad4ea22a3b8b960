// `npm run dev`: starts Postgres, Kafka and the local AWS like `npm start`, with the same data, and the apps from their sources. Each app is
// restarted when a file that it uses changes. With names only those apps run; with --inspect debuggers can connect.
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { announceStack } from '@coursewire/operations'
import { type AppName, appNames } from '@coursewire/product'
import { createTestStudent } from '@coursewire/setup'
import { formatLogLine } from './log-line.ts'
import { directory, log, ports, root, runSession } from './session.ts'
import { startBase } from './stack.ts'
import { watchApp } from './watched-app.ts'

const FIRST_INSPECT_PORT = 9229

const { apps, inspect } = readOptions()

await runSession(async ({ build, adopt }) => {
  // Migrations and the local AWS run from the build. An app that does not compile yet must not block them.
  if (!(await build())) log('The build failed: see above. The apps start from their sources all the same')
  const base = await startBase({ directory, ports, order: ['given', 'embedded', 'docker'], log })
  adopt(base)
  await createTestStudent(base)
  announceStack(base)

  for (const [index, app] of apps.entries()) {
    const inspectPort = inspect ? FIRST_INSPECT_PORT + index : undefined
    const { PORT } = base.environmentOf(app)
    log(`${app}: http://127.0.0.1:${PORT}${inspect ? `, debugger on port ${inspectPort}` : ''}`)
    adopt(
      await watchApp({
        folder: join(root, 'apps', app),
        environment: base.environmentOf(app),
        inspectPort,
        onLine: (line) => console.log(`${app.padEnd(20)} ${formatLogLine(line)}`),
      }),
    )
  }
  log('A change is seen when its file is saved; Ctrl-C stops everything')
})

function readOptions(): { apps: AppName[]; inspect: boolean } {
  const isApp = (name: string): name is AppName => appNames.some((app) => app === name)
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { inspect: { type: 'boolean', default: false } },
    })
    const unknown = positionals.find((name) => !isApp(name))
    if (unknown !== undefined) throw new Error(`There is no app ${unknown}, only ${appNames.join(', ')}`)
    return { apps: positionals.length > 0 ? positionals.filter(isApp) : appNames, inspect: values.inspect }
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm run dev [-- <app>…] [--inspect]`,
    )
    process.exit(1)
  }
}
