import type { courseDeployedStaging, courseGenerationCompleted, EventEnvelope, EventOf } from '@coursewire/events'
import { traceparentOf } from '@coursewire/messaging'
import type { Logger, Moment, Transaction } from '@coursewire/service-kit'
import type { Cause } from '../entries/events.ts'
import type { Generation } from './repository.ts'
import { applyDeployment, applyGenerations, type Effect } from './service.ts'

/** Handles the events of CourseFactory. */
export function createCourseHandlers({ logger, now }: { logger: Logger; now: () => Moment }) {
  function report({ id: eventId, meta }: EventEnvelope, courseId: string, { created, updatedCount }: Effect): void {
    const about = { eventId, correlationId: meta.correlation_id }
    if (created) logger.info({ ...about, distributionId: created.id, courseId }, 'Auto-created distribution')
    if (updatedCount > 0) logger.info({ ...about, courseId, count: updatedCount }, 'Updated distributions')
  }

  async function onCoursesGenerated(tx: Transaction, events: EventOf<typeof courseGenerationCompleted>[]) {
    const generations = events.map((event) => ({ fact: readGeneration(event), cause: causeOf(event) }))
    const effects = await applyGenerations(tx, generations, now)
    for (const [index, event] of events.entries()) {
      const effect = effects[index]
      if (effect) report(event, event.payload.course_id, effect)
    }
  }

  async function onCourseDeployedStaging(tx: Transaction, event: EventOf<typeof courseDeployedStaging>) {
    const { payload } = event
    const deployment = {
      tenantId: event.meta.tenant_id,
      courseId: payload.course_id,
      stagingUrl: payload.staging_url,
      deployedAt: payload.deployed_at,
    }
    report(event, payload.course_id, await applyDeployment(tx, deployment, causeOf(event), now()))
  }

  return { onCoursesGenerated, onCourseDeployedStaging }
}

function readGeneration({ meta, payload }: EventOf<typeof courseGenerationCompleted>): Generation {
  return {
    tenantId: meta.tenant_id,
    courseId: payload.course_id,
    title: payload.title,
    description: payload.description ?? '',
    language: payload.language,
    targetGroup: payload.target_audiences ?? [],
    totalLessons: payload.total_lessons ?? null,
    workload: payload.workload || null,
    startsAt: payload.starts_at || null,
    completedAt: payload.completed_at,
  }
}

function causeOf(event: EventEnvelope): Cause {
  const { id, meta } = event
  const traceparent = traceparentOf(event)
  return { tenantId: meta.tenant_id, correlationId: meta.correlation_id, causationId: id, traceparent }
}
