// `npm run course-factory -- …`: plays CourseFactory against the running stack, or against KAFKA_BROKERS.
import { runCommandLine, terminal } from '@coursewire/service-kit'
import { createCourseFactory } from './course-factory.ts'
import { findRunningStack } from './running-stack.ts'

const courseFactory = createCourseFactory({ ...terminal, stack: findRunningStack() })
process.exitCode = await runCommandLine(courseFactory, process.argv.slice(2), terminal)
