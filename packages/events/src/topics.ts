import { accountVerified } from './account-events.ts'
import { courseGenerationCompleted } from './course-events.ts'
import { distributionCreated } from './distribution-events.ts'
import { emailSent } from './email-events.ts'
import { enrollmentCompleted } from './enrollment-events.ts'

/** Every topic that holds events. */
export const eventTopics = [
  accountVerified.topic,
  courseGenerationCompleted.topic,
  distributionCreated.topic,
  emailSent.topic,
  enrollmentCompleted.topic,
]
