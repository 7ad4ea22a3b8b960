// `npm run dev`: starts Postgres, Kafka and the local AWS like `npm start`, with the same data, and the apps from their sources. Each app is
// restarted when a file that it uses changes. With names only those apps run; with --inspect debuggers can connect.
import { join } from 'node:path'
import { announceStack } from '@coursewire/operations'
import { type AppName, appNames } from '@coursewire/product'
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { createTestStudent } from '@coursewire/setup'
import { z } from 'zod'
import { formatLogLine } from './log-line.ts'
import { directory, log, ports, root, runSession, startTraces } from './session.ts'
import { startBase } from './stack.ts'
import { watchApp } from './watched-app.ts'

const FIRST_INSPECT_PORT = 9229

const dev = defineAction({
  name: 'npm run dev --',
  description: 'Runs the apps from their sources, and restarts each when a file that it uses changes',
  input: z.object({
    apps: z.array(z.enum(appNames)).describe(`Only these apps, by default all: ${appNames.join(', ')}`),
    inspect: z.boolean().default(false).describe(`Let debuggers connect, from port ${FIRST_INSPECT_PORT} on`),
  }),
  positionals: ['apps'],
  run: ({ apps, inspect }) => startWatching(apps.length > 0 ? apps : appNames, inspect),
})

process.exitCode = await runCommandLine(dev, process.argv.slice(2), terminal)

function startWatching(apps: AppName[], inspect: boolean): Promise<void> {
  return runSession(async ({ build, adopt }) => {
    // Migrations and the local AWS run from the build. An app that does not compile yet must not block them.
    if (!(await build())) log('The build failed: see above. The apps start from their sources all the same')
    const traces = await startTraces(adopt)
    const order = ['given', 'embedded', 'docker'] as const
    const base = await startBase({ directory, ports, order, traces: traces.endpoint, log })
    adopt(base)
    await createTestStudent(base)
    announceStack({ ...base, traces: traces.kept })

    const watched: Awaited<ReturnType<typeof watchApp>>[] = []
    adopt({ stop: () => Promise.all(watched.map((app) => app.stop())) })
    for (const [index, app] of apps.entries()) {
      const inspectPort = inspect ? FIRST_INSPECT_PORT + index : undefined
      const { PORT } = base.environmentOf(app)
      log(`${app}: http://127.0.0.1:${PORT}${inspect ? `, debugger on port ${inspectPort}` : ''}`)
      watched.push(
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
}
