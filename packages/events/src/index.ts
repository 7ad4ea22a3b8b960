export {
  accountAddressChanged,
  accountAddressChangeRequested,
  accountErased,
  accountNewsRequested,
  accountPasswordChanged,
  accountPasswordResetRequested,
  accountSignupRepeated,
  accountVerificationRequested,
  accountVerified,
} from './account-events.ts'
export { emailAddress, mailSender, readAddress, toAddressKey } from './address.ts'
export { courseDeployedStaging, courseGenerationCompleted } from './course-events.ts'
export { defineEvent, type EventDefinition, type EventOf } from './define-event.ts'
export {
  distributionCreated,
  distributionDeleted,
  distributionEnrollmentClicked,
  distributionMicroNicheCreated,
  distributionPublished,
  distributionUnpublished,
  distributionUpdated,
  distributionVersionBumped,
  distributionViewed,
  experiment,
  referrerCategory,
  visibility,
} from './distribution-events.ts'
export {
  emailBounced,
  emailComplained,
  emailDelivered,
  emailFailed,
  emailFailures,
  emailSent,
} from './email-events.ts'
export {
  cancellationReasons,
  enrollmentCancelled,
  enrollmentCompleted,
  enrollmentProgressed,
  type SnsMessage,
  snsEnrollmentCompleted,
  toSnsEnrollmentCompleted,
} from './enrollment-events.ts'
export type { EventEnvelope, EventMeta } from './envelope.ts'
export { id, startDay, webUrl, workload } from './fields.ts'
export { EventTooLargeError, type KafkaRecord, MAX_EVENT_BYTES, toKafkaRecord } from './kafka-record.ts'
export { canonicalizeLanguage, guessLanguage, languages, languageTag } from './language-tag.ts'
export { type ParseFailure, type ParseResult, parseEvent } from './parse-event.ts'
export {
  countCharacters,
  courseDescription,
  courseTitle,
  cutText,
  isBlank,
  line,
  MAX_DESCRIPTION_LENGTH,
  showLine,
  showText,
  splitAtLinks,
  tag,
  tags,
  text,
  toLine,
  toText,
} from './text.ts'
export { eventTopics } from './topics.ts'
