import type { Addresses, App } from './app.ts'
import { snsTopic } from './surroundings.ts'

// Until there are pages, links show the course as JSON.
const webUrl = (publicUrlOf: Addresses['publicUrlOf']) => `${publicUrlOf('distribution-service')}/api`

// Apps that disagree about these would refuse each other's tenants.
const emailSenders = 'Coursewire <hello@coursewire.example>, Academy <academy@coursewire.example>'

/** Every app of the product. This is the only complete list. */
export const apps = {
  'enrollment-api': {
    port: 3000,
    page: '/docs',
    paths: ['/auth', '/api/me', '/api/admin', '/api/enrollments', '/.well-known/jwks.json'],
    database: 'enrollment',
    consumes: true,
    checksTokens: true,
    callsServices: true,
    usesAws: true,
    settings: ({ urlOf, publicUrlOf }) => ({
      ENROLLMENT_COMPLETED_TOPIC_ARN: snsTopic.arn,
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      EMAIL_WORKER_URL: urlOf('email-worker'),
      WEB_URL: webUrl(publicUrlOf),
      EMAIL_SENDERS: emailSenders,
    }),
    secretSettings: ({ jwtPrivateKey, keySeal }) => ({ JWT_PRIVATE_KEY: jwtPrivateKey, KEY_SEAL: keySeal }),
  },

  'distribution-service': {
    port: 3001,
    page: '/docs',
    paths: ['/api/courses', '/api/distributions'],
    database: 'distribution',
    consumes: true,
    checksTokens: true,
    settings: ({ publicUrlOf }) => ({ WEB_URL: webUrl(publicUrlOf) }),
  },

  'email-worker': {
    port: 3002,
    page: '/metrics',
    paths: [],
    database: 'email',
    consumes: true,
    checksTokens: true,
    callsServices: true,
    scopes: ['account-mails'],
    usesAws: true,
    settings: ({ urlOf, publicUrlOf }) => ({
      EMAIL_FROM: 'Coursewire <hello@coursewire.example>',
      ENROLLMENT_API_URL: urlOf('enrollment-api'),
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      WEB_URL: webUrl(publicUrlOf),
      EMAIL_SENDERS: emailSenders,
    }),
    fromShell: ['EMAIL_UNKNOWN_AFTER_SECONDS'],
  },
} as const satisfies Record<string, App>
