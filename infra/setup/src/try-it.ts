import { firstCourse, testStudent } from './first-course.ts'

/** Where the product is, as seen from this machine. */
export type Places = Record<'enrollmentApi' | 'distributionService' | 'emailWorker' | 'aws', string>

/** Where everything is, and how to enrol in the first course, for whoever has just started the product. */
export function describePlaces(places: Places, slug: string): string {
  const { enrollmentApi, distributionService, emailWorker, aws } = places
  const json = `-H 'content-type: application/json'`
  return `
  enrollment-api        ${enrollmentApi}   docs ${enrollmentApi}/docs
  distribution-service  ${distributionService}   docs ${distributionService}/docs
  email-worker          ${emailWorker}   metrics ${emailWorker}/metrics
  course                ${distributionService}/api/courses/${slug}
  inbox                 ${aws}

Sign in as ${testStudent.email} (password ${testStudent.password}) and enrol; the welcome mail comes to the inbox:

  TOKEN=$(curl -s ${enrollmentApi}/auth/signin ${json} -d '${JSON.stringify(testStudent)}' | jq -r '.token')
  curl -i ${enrollmentApi}/api/enrollments ${json} -H "authorization: Bearer $TOKEN" -d '{"courseId":"${firstCourse.course_id}"}'
`
}
