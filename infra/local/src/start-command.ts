// `npm start`: runs the whole product on this machine and follows one enrolment, until Ctrl-C.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs, styleText } from 'node:util'
import { announceStack } from '@coursewire/operations'
import { bringInFirstCourse, createTestStudent, describePlaces, firstCourse } from '@coursewire/setup'
import { editCourse } from './editing.ts'
import { imagineLearner, takeJourney, watchEnrollments } from './journey.ts'
import { followLogs } from './logs.ts'
import { directory, log, ports, runSession } from './session.ts'
import { startStack } from './stack.ts'

const options = readOptions()

await runSession(async ({ build, adopt }) => {
  if (options.fresh) {
    log('Deleting all data')
    for (const part of ['data', 'run', 'secrets.json']) rmSync(join(directory, part), { recursive: true, force: true })
  }
  if (!(await build())) throw new Error('The build failed')

  const stack = await startStack({ directory, ports, order: ['given', 'embedded', 'docker'], log })
  adopt(stack)
  if (options.logs) followLogs(join(directory, 'run'), (line) => console.log(line))
  log(`Logs: .coursewire/run/<app>/server.log`)

  log('Creating accounts and bringing in the first course')
  await createTestStudent(stack)
  const course = await bringInFirstCourse(stack)

  log(styleText('bold', 'Following one person from the sign-up to the welcome mail'))
  const learner = imagineLearner()
  const { records: onKafka, close } = await watchEnrollments(stack)
  for await (const { name, details } of takeJourney(stack, { learner, courseId: firstCourse.course_id, onKafka })) {
    log(`  ${name.padEnd(18)} ${details}`)
  }
  await close()

  log(styleText('bold', 'Following one course while it is edited'))
  for await (const { name, details } of editCourse(stack, course.editor)) {
    log(`  ${name.padEnd(33)} ${details}`)
  }
  announceStack(stack)
  console.log(describePlaces(stack.urls, course.slug))
  console.log(`Addresses for scripts are in .coursewire/stack.json.
Press Ctrl-C to stop everything; the data stays. npm start -- --fresh deletes it first.
`)
})

function readOptions(): { fresh: boolean; logs: boolean } {
  try {
    const { values } = parseArgs({
      options: { fresh: { type: 'boolean', default: false }, logs: { type: 'boolean', default: false } },
    })
    return values
  } catch (error) {
    console.error(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm start [-- --fresh] [-- --logs]`,
    )
    process.exit(1)
  }
}
