import { type AppUrls, appNames, appOf, keyOf } from '@coursewire/product'
import { firstCourse, testStudent } from './first-course.ts'

/** Describes, for somebody who has just started the product, where everything is and how to enrol in the first course. */
export function describePlaces(places: AppUrls & { aws: string }, slug: string): string {
  const { web, aws } = places
  const json = `-H 'content-type: application/json'`
  const lines: [name: string, url: string][] = [
    ...appNames.map((app): [string, string] => [app, `${places[keyOf(app)]}${appOf(app).page}`]),
    ['course', `${web}/courses/${slug}`],
    ['inbox', aws],
  ]
  return `
${lines.map(([name, url]) => `  ${name.padEnd(20)}  ${url}`).join('\n')}

Sign in as ${testStudent.email} (password ${testStudent.password}) at ${web}/app and enrol; the welcome mail arrives in the inbox. Without a browser:

  TOKEN=$(curl -s ${web}/auth/signin ${json} -d '${JSON.stringify(testStudent)}' | jq -r '.token')
  curl -i ${web}/api/enrollments ${json} -H "authorization: Bearer $TOKEN" -d '{"courseId":"${firstCourse.course_id}"}'
`
}
