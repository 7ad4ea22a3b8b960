import type { ServiceClient } from '@coursewire/service-kit'
import { z } from 'zod'
import type { Email } from './email.ts'

const student = z.object({ name: z.string(), email: z.string(), locale: z.string().nullish() })
const course = z.object({
  slug: z.string(),
  title: z.string(),
  description: z.string().nullish(),
  language: z.string(),
  totalLessons: z.int().nullish(),
})

export type Student = z.output<typeof student>
export type Course = z.output<typeof course>

/** Looks up who a mail is for and what it is about, at the services that own it; null for what they do not know. */
export function createDirectory(services: ServiceClient, urls: { enrollmentApi: string; distributionService: string }) {
  return async ({ tenantId, studentId, courseId, correlationId }: Email) => {
    const options = { requestId: correlationId }
    const [foundStudent, foundCourse] = await Promise.all([
      services.get(
        `${urls.enrollmentApi}/internal/students/${encodeURIComponent(studentId)}`,
        tenantId,
        student,
        options,
      ),
      services.get(
        `${urls.distributionService}/internal/courses/${encodeURIComponent(courseId)}`,
        tenantId,
        course,
        options,
      ),
    ])
    return { student: foundStudent, course: foundCourse }
  }
}

export type Directory = ReturnType<typeof createDirectory>
