import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createInsights } from './rebuild/insights.ts'

process.exitCode = await runCommandLine(createInsights(terminal), process.argv.slice(2), terminal)
