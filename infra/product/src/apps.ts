import {
  accountVerified,
  courseGenerationCompleted,
  distributionCreated,
  emailSent,
  enrollmentCompleted,
  eventTopics,
} from '@coursewire/events'
import type { App } from './app.ts'

const accounts = accountVerified.topic
const courses = courseGenerationCompleted.topic
const distributions = distributionCreated.topic
const emails = emailSent.topic
const enrollments = enrollmentCompleted.topic

// Apps that disagree about these would refuse each other's tenants.
const emailSendersOf = (domain: string) => `Coursewire <hello@${domain}>, Academy <academy@${domain}>`

/** Every app of the product. This is the only complete list. */
export const apps = {
  web: {
    port: 3010,
    page: '/',
    paths: ['/'],
    follows: [distributions],
    callsServices: true,
    settings: ({ urlOf, publicUrlOf }) => ({
      ENROLLMENT_API_URL: urlOf('enrollment-api'),
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      EMAIL_WORKER_URL: urlOf('email-worker'),
      AUDIT_LOG_URL: urlOf('audit-log'),
      INSIGHTS_URL: urlOf('insights'),
      WEB_URL: publicUrlOf('web'),
    }),
  },

  'enrollment-api': {
    port: 3000,
    page: '/docs',
    paths: ['/auth', '/api/me', '/api/admin', '/api/enrollments', '/api/subscriptions', '/.well-known/jwks.json'],
    database: 'enrollment',
    produces: [enrollments, accounts],
    consumes: [distributions],
    checksTokens: true,
    callsServices: true,
    usesAws: true,
    settings: ({ urlOf, publicUrlOf, proxies, aws, mailDomain }) => ({
      TRUST_PROXY: proxies,
      ENROLLMENT_COMPLETED_TOPIC_ARN: aws.enrollmentTopicArn,
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      EMAIL_WORKER_URL: urlOf('email-worker'),
      INSIGHTS_URL: urlOf('insights'),
      WEB_URL: publicUrlOf('web'),
      EMAIL_SENDERS: emailSendersOf(mailDomain),
    }),
    secretSettings: ({ jwtPrivateKey, keySeal }) => ({ JWT_PRIVATE_KEY: jwtPrivateKey, KEY_SEAL: keySeal }),
  },

  'distribution-service': {
    port: 3001,
    page: '/docs',
    paths: ['/api/courses', '/api/distributions'],
    database: 'distribution',
    produces: [distributions],
    consumes: [courses],
    checksTokens: true,
    settings: ({ publicUrlOf, proxies }) => ({ TRUST_PROXY: proxies, WEB_URL: publicUrlOf('web') }),
  },

  'email-worker': {
    port: 3002,
    page: '/metrics',
    paths: ['/webhooks/sns', '/api/me/mails', '/api/admin/mails', '/api/admin/suppressions'],
    database: 'email',
    produces: [emails],
    consumes: [distributions, enrollments, accounts],
    checksTokens: true,
    callsServices: true,
    scopes: ['account-mails'],
    usesAws: true,
    settings: ({ urlOf, publicUrlOf, aws, mailDomain }) => ({
      EMAIL_FROM: `Coursewire <hello@${mailDomain}>`,
      ENROLLMENT_API_URL: urlOf('enrollment-api'),
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      WEB_URL: publicUrlOf('web'),
      EMAIL_SENDERS: emailSendersOf(mailDomain),
      SES_CONFIGURATION_SET: aws.configurationSet,
      SNS_TOPIC_ARNS: aws.webhookTopicArns.join(','),
    }),
    secretSettings: ({ addressHashKey }) => ({ ADDRESS_HASH_KEY: addressHashKey }),
    fromShell: ['EMAIL_UNKNOWN_AFTER_SECONDS'],
  },

  'audit-log': {
    port: 3004,
    page: '/docs',
    paths: ['/api/changelogs', '/api/admin/records'],
    database: 'audit',
    consumes: eventTopics,
    consumesDeadLetters: true,
    checksTokens: true,
    settings: ({ publicUrlOf, proxies, otherDeadLetters }) => ({
      TRUST_PROXY: proxies,
      WEB_URL: publicUrlOf('web'),
      DEAD_LETTER_TOPICS: otherDeadLetters.join(','),
    }),
    secretSettings: ({ auditSealKey }) => ({ AUDIT_SEAL_KEY: auditSealKey }),
  },

  insights: {
    port: 3005,
    page: '/docs',
    paths: ['/api/insights', '/api/recommendations'],
    database: 'insights',
    consumes: [distributions, enrollments, accounts],
    checksTokens: true,
    callsServices: true,
    settings: ({ urlOf, proxies }) => ({ TRUST_PROXY: proxies, ENROLLMENT_API_URL: urlOf('enrollment-api') }),
  },
} as const satisfies Record<string, App>
