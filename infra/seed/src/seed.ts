import { createKafka } from '@coursewire/messaging'
import type { RunningStack } from '@coursewire/operations'
import { type Action, createLogger, defineAction, explain, type Terminal } from '@coursewire/service-kit'
import type { Editor } from '@coursewire/setup'
import { z } from 'zod'
import { type Progress, seedCatalogue } from './seed-catalogue.ts'

/** The running product, and the editor of its catalogue. */
export interface SeedTarget extends Pick<RunningStack, 'kafka' | 'distributionService'> {
  editor: Editor
}

/** The command that fills the catalogue with imagined courses. */
export function createSeed({
  target,
  print,
  note,
}: Pick<Terminal, 'print' | 'note'> & { target: SeedTarget | null }): Action {
  return defineAction({
    name: 'npm run seed --',
    description:
      'Fills the catalogue of the running stack with imagined courses in German and English: by events of CourseFactory and the calls of an editor. Again with the same number changes nothing, with a higher one adds to them',
    input: z.object({
      courses: z.coerce
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .default(1_000)
        .describe('How many courses to have in the end, at most 1000000'),
    }),
    async run({ courses }) {
      if (!target)
        throw new Error(
          'Nothing is running here: run npm start or docker compose up first, and seed from another terminal',
        )
      const { kafka, distributionService, editor } = target
      const logger = createLogger({ service: 'seed', level: 'silent' })
      const kafkaClient = createKafka({ clientId: 'seed', brokers: [kafka], logger }, { retry: { retries: 2 } })

      const progress: Progress = { read: 0, readAt: null, published: 0, foundPublic: 0 }
      const startedAt = performance.now()
      const timer = setInterval(() => note(describeProgress(progress, courses)), 1_000)
      try {
        const { kept } = await seedCatalogue({ kafkaClient, distributionService, editor }, courses, progress)
        const seconds = (performance.now() - startedAt) / 1_000
        if (kept > 0)
          note(`${kept} of the courses ${kept === 1 ? 'stays' : 'stay'} private: edited or taken back by somebody`)
        print(`${describeOutcome(progress, courses - kept, seconds)}
Try it: curl -s '${distributionService}/api/courses?language=de&limit=5'`)
      } catch (error) {
        throw new Error(
          `${explain(error)}\n${describeProgress(progress, courses)}. Nothing is lost: make sure that npm start is running, then run this again; it continues from there`,
        )
      } finally {
        clearInterval(timer)
      }
    },
  })
}

function describeProgress({ read, readAt, published, foundPublic }: Progress, courses: number): string {
  if (readAt === null) return `Reading the catalogue: ${read} entries, ${foundPublic} of ${courses} courses among them`
  const rate = Math.round((published * 1_000) / (performance.now() - readAt))
  return `${foundPublic + published} of ${courses} courses public, ${rate} a second`
}

function describeOutcome({ published }: Progress, courses: number, seconds: number): string {
  const all = `${courses} ${courses === 1 ? 'course is' : 'courses are'} public`
  const time = `${seconds.toFixed(1)} s`
  if (published === 0) return `${all}, none of them new (${time})`
  return `${all}, ${published} of them new: ${time}, ${Math.round(published / seconds)} a second`
}
