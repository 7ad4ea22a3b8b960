import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bringInFirstCourse, type Editor } from '@coursewire/setup'
import { type Stack, startStack } from '../src/stack.ts'
import { describeEditing } from './editing.ts'
import { describeErasure } from './erasing.ts'
import { describeJourneys } from './journeys.ts'
import { describeMetrics } from './metrics.ts'
import { describeReadme } from './readme.ts'
import { describeRebuild } from './rebuilding.ts'
import { describeSeed } from './seeding.ts'

let product: { stack: Stack; editor: Editor; directory: string; slug: string }

describeJourneys(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'coursewire-journey-'))
  const stack = await startStack({
    directory,
    isTemporary: true,
    // Never given servers, because these are killed.
    order: ['docker', 'embedded'],
    // Shorter than the default minute, so that the test need not wait for `unknown`.
    environment: { EMAIL_UNKNOWN_AFTER_SECONDS: '3' },
    log: (line) => process.stdout.write(`${line}\n`),
  })
  const { editor, slug } = await bringInFirstCourse(stack)
  product = { stack, editor, directory, slug }
  return {
    ...stack,
    async stop() {
      await stack.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
})

describeEditing(() => product)
describeErasure(() => product)
describeSeed(() => product)
describeRebuild(() => product)
describeReadme(() => product.stack)
describeMetrics(() => product.stack)
