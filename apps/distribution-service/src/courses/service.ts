import { appendToOutbox } from '@coursewire/messaging'
import type { Moment, Transaction } from '@coursewire/service-kit'
import { changeAll, withVariants } from '../entries/changes.ts'
import { deriveContent } from '../entries/content.ts'
import { type Distribution, findChange, newDistribution } from '../entries/distribution.ts'
import { buildCreated, type Cause } from '../entries/events.ts'
import { insertDistributions, lockOfCourses } from '../entries/repository.ts'
import { buildSlug } from '../slugs/slug.ts'
import { followed } from '../variants/variant.ts'
import {
  type CourseId,
  type Deployment,
  type Generation,
  type KnownCourse,
  recordDeployment,
  recordGenerations,
} from './repository.ts'

type Caused<Fact> = { fact: Fact; cause: Cause }
export type Effect = { created: Distribution | null; updatedCount: number }
const nothing: Effect = { created: null, updatedCount: 0 }

const keyOf = ({ tenantId, courseId }: CourseId) => JSON.stringify([tenantId, courseId])

/**
 * Creates the distribution of each generated course, or updates an existing one. A generation that is not the latest changes nothing.
 * Returns the effect of each, in order.
 */
export async function applyGenerations(
  tx: Transaction,
  generations: Caused<Generation>[],
  now: () => Moment,
): Promise<Effect[]> {
  const effects = new Map<Caused<Generation>, Effect>()
  // The first round locks the courses of all.
  for (const round of toRounds(generations)) {
    const ofCourses = await applyRound(tx, round, now)
    for (const generation of round) effects.set(generation, ofCourses.get(keyOf(generation.fact)) ?? nothing)
  }
  return generations.map((generation) => effects.get(generation) ?? nothing)
}

/** Groups facts into rounds. A round has each course once, and the facts of a course keep their order. */
function toRounds<Fact extends CourseId>(facts: Caused<Fact>[]): Caused<Fact>[][] {
  const rounds: Caused<Fact>[][] = []
  const counts = new Map<string, number>()
  for (const caused of facts) {
    const key = keyOf(caused.fact)
    const count = counts.get(key) ?? 0
    counts.set(key, count + 1)
    const round = rounds[count] ?? []
    round.push(caused)
    rounds[count] = round
  }
  return rounds
}

/** Returns the effect on each course that has one. */
async function applyRound(
  tx: Transaction,
  round: Caused<Generation>[],
  now: () => Moment,
): Promise<Map<string, Effect>> {
  const facts = round.map(({ fact }) => fact)
  const recorded = await recordGenerations(tx, facts)
  const known = new Map(recorded.map((course) => [keyOf(course), course]))
  const latest = round.flatMap(({ fact, cause }) => {
    const course = known.get(keyOf(fact))
    return course ? [{ fact: course, cause }] : []
  })
  const all = await lockOfCourses(tx, recorded)
  const generated = new Map(all.filter(({ isGenerated }) => isGenerated).map((entry) => [keyOf(entry), entry]))

  const effects = new Map<string, Effect>()
  const missing = latest.filter(({ fact }) => !generated.has(keyOf(fact)))
  for (const entry of await createAll(tx, missing, now)) effects.set(keyOf(entry), { created: entry, updatedCount: 0 })

  const refreshed = latest.flatMap(({ fact, cause }) => {
    const before = generated.get(keyOf(fact))
    if (!before) return []
    return [{ before, change: findChange(before, followed(before, deriveContent(fact))), cause }]
  })
  const changed = await changeAll(tx, await withVariants(tx, refreshed), now())
  for (const entry of changed.values()) {
    const updatedCount = (effects.get(keyOf(entry))?.updatedCount ?? 0) + 1
    effects.set(keyOf(entry), { created: null, updatedCount })
  }
  return effects
}

async function createAll(tx: Transaction, courses: Caused<KnownCourse>[], now: () => Moment): Promise<Distribution[]> {
  const entries = courses.map(({ fact: course }) => ({
    ...newDistribution(course, now()),
    ...deriveContent(course),
    isGenerated: true,
    slug: buildSlug(course.title, course.courseId, course.language),
  }))
  const created = await insertDistributions(tx, entries)
  await appendToOutbox(
    tx,
    created.flatMap((entry, index) => {
      const cause = courses[index]?.cause
      return cause ? [buildCreated(entry, cause)] : []
    }),
  )
  return created
}

/** Applies a deployment to all distributions of the course, and stores it with the course for later ones. */
export async function applyDeployment(
  tx: Transaction,
  deployment: Deployment,
  cause: Cause,
  at: Moment,
): Promise<Effect> {
  const staging = await recordDeployment(tx, deployment)
  if (!staging) return nothing

  const all = await lockOfCourses(tx, [deployment])
  const planned = all.map((before) => ({ before, change: findChange(before, staging), cause }))
  const changed = await changeAll(tx, planned, at)
  return { created: null, updatedCount: changed.size }
}
