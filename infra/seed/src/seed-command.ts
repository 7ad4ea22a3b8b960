// `npm run seed -- --courses 10000`: fills the catalogue of the running stack.
import { findRunningStack } from '@coursewire/operations'
import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createEditor } from '@coursewire/setup'
import { createSeed } from './seed.ts'

// Seeding may take long, so whoever started it may be gone by then.
process.once('disconnect', () => process.exit(130))

const stack = findRunningStack()
const target = stack && { ...stack, editor: createEditor(stack.enrollmentApi, stack.readSecrets()) }
process.exit(await runCommandLine(createSeed({ ...terminal, target }), process.argv.slice(2), terminal))
