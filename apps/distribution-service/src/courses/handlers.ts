import type { courseDeployedStaging, courseGenerationCompleted, EventEnvelope, EventOf } from '@coursewire/events'
import type { Logger, Moment, Transaction } from '@coursewire/service-kit'
import type { Cause } from '../distributions/events.ts'
import { applyDeployment, applyGeneration, type Effect } from './service.ts'

/** What CourseFactory's events do here. */
export function createCourseHandlers({ logger, now }: { logger: Logger; now: () => Moment }) {
  function report({ id: eventId, meta }: EventEnvelope, courseId: string, { created, updatedCount }: Effect): void {
    const log = logger.child({ eventId, correlationId: meta.correlation_id })
    if (created) log.info({ distributionId: created.id, courseId }, 'Auto-created distribution')
    if (updatedCount > 0) log.info({ courseId, count: updatedCount }, 'Updated distributions')
  }

  async function onCourseGenerationCompleted(tx: Transaction, event: EventOf<typeof courseGenerationCompleted>) {
    const { payload } = event
    const generation = {
      tenantId: event.meta.tenant_id,
      courseId: payload.course_id,
      title: payload.title,
      description: payload.description?.trim() ?? '',
      language: payload.language,
      targetGroup: cleanList(payload.target_audiences ?? []),
      totalLessons: payload.total_lessons ?? null,
      completedAt: payload.completed_at,
    }
    report(event, payload.course_id, await applyGeneration(tx, generation, causeOf(event), now()))
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

  return { onCourseGenerationCompleted, onCourseDeployedStaging }
}

function causeOf({ id, meta }: EventEnvelope): Cause {
  return { tenantId: meta.tenant_id, correlationId: meta.correlation_id, causationId: id }
}

function cleanList(texts: string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))]
}
