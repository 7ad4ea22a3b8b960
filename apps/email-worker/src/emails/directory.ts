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

/**
 * Fetches the student and the course of a mail from the services that own them; null if they do not know one. Mails that are
 * prepared at the same moment share the request for their course.
 */
export function createDirectory(services: ServiceClient, urls: { enrollmentApi: string; distributionService: string }) {
  const asked = new Map<string, Promise<Course | null>>()

  function findCourse({ tenantId, courseId, correlationId: requestId }: Email): Promise<Course | null> {
    const url = `${urls.distributionService}/internal/courses/${encodeURIComponent(courseId)}`
    const key = JSON.stringify([tenantId, courseId])
    const answer = asked.get(key) ?? services.get(url, tenantId, course, { requestId }).finally(() => asked.delete(key))
    asked.set(key, answer)
    return answer
  }

  function findStudent({ tenantId, studentId, correlationId: requestId }: Email): Promise<Student | null> {
    const url = `${urls.enrollmentApi}/internal/students/${encodeURIComponent(studentId)}`
    return services.get(url, tenantId, student, { requestId })
  }

  return async (email: Email) => {
    const [foundStudent, foundCourse] = await Promise.all([findStudent(email), findCourse(email)])
    return { student: foundStudent, course: foundCourse }
  }
}

export type Directory = ReturnType<typeof createDirectory>
