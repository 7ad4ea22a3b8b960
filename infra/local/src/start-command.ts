// `npm start`: runs the whole product on this machine and follows one enrolment, until Ctrl-C.
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { announceStack } from '@coursewire/operations'
import { defineAction, runCommandLine, terminal } from '@coursewire/service-kit'
import { bringInFirstCourse, createTestStudent, describePlaces, firstCourse } from '@coursewire/setup'
import { z } from 'zod'
import { editCourse } from './editing.ts'
import { imagineLearner, takeJourney, watchEnrollments } from './journey.ts'
import { followLogs } from './logs.ts'
import { followMails } from './mail-ends.ts'
import { directory, log, ports, runSession, startTraces } from './session.ts'
import { startStack } from './stack.ts'
import { readNumbers, readStory } from './story.ts'

const start = defineAction({
  name: 'npm start --',
  description: 'Runs the whole product on this machine and follows one enrolment, until Ctrl-C',
  input: z.object({
    fresh: z.boolean().default(false).describe('Delete all data first'),
    logs: z.boolean().default(false).describe('Show the logs of all processes'),
  }),
  run: startProduct,
})

process.exitCode = await runCommandLine(start, process.argv.slice(2), terminal)

function startProduct({ fresh, logs }: { fresh: boolean; logs: boolean }): Promise<void> {
  return runSession(async ({ build, adopt }) => {
    if (fresh) {
      log('Deleting all data')
      for (const part of ['data', 'run', 'secrets.json'])
        rmSync(join(directory, part), { recursive: true, force: true })
    }
    if (!(await build())) throw new Error('The build failed')

    const traces = await startTraces(adopt)
    const order = ['given', 'embedded', 'docker'] as const
    const stack = await startStack({ directory, ports, order, traces: traces.endpoint, log })
    adopt(stack)
    if (logs) followLogs(join(directory, 'run'), (line) => console.log(line))
    log(`Logs: .coursewire/run/<app>/server.log`)

    log('Creating accounts and bringing in the first course')
    await createTestStudent(stack)
    const course = await bringInFirstCourse(stack)

    log(styleText('bold', 'Following one person from the sign-up to the welcome mail'))
    const learner = imagineLearner()
    const { records: onKafka, close } = await watchEnrollments(stack)
    const { course_id: courseId } = firstCourse
    for await (const { name, details } of takeJourney(stack, { learner, courseId, onKafka })) {
      log(`  ${name.padEnd(18)} ${details}`)
    }
    await close()

    log(styleText('bold', 'Following mails until their end'))
    for await (const { name, details } of followMails(stack, learner, courseId)) {
      log(`  ${name.padEnd(18)} ${details}`)
    }

    log(styleText('bold', 'Reading what came of the enrolment, from the audit log and from insights'))
    for await (const { name, details } of readStory(stack, learner)) log(`  ${name.padEnd(22)} ${details}`)
    log('  npm run trace -- and the id of the request shows all of it as one trace')
    for await (const { name, details } of readNumbers(stack, courseId)) log(`  ${name.padEnd(22)} ${details}`)

    log(styleText('bold', 'Following one course while it is edited'))
    for await (const { name, details } of editCourse(stack, course.editor)) {
      log(`  ${name.padEnd(33)} ${details}`)
    }
    announceStack({ ...stack, traces: traces.kept })
    console.log(describePlaces(stack.urls, course.slug))
    console.log(`Addresses for scripts are in .coursewire/stack.json.
Press Ctrl-C to stop everything; the data stays. npm start -- --fresh deletes it first.
`)
  })
}
