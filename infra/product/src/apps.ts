import type { App } from './app.ts'
import { snsTopic } from './surroundings.ts'

/** Every app of the product. This is the only complete list. */
export const apps = {
  'enrollment-api': {
    port: 3000,
    page: '/docs',
    paths: ['/auth', '/api/enrollments', '/.well-known/jwks.json'],
    database: 'enrollment',
    consumes: true,
    checksTokens: true,
    callsServices: true,
    usesAws: true,
    settings: ({ urlOf }) => ({
      ENROLLMENT_COMPLETED_TOPIC_ARN: snsTopic.arn,
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
    }),
    secretSettings: ({ jwtPrivateKey }) => ({ JWT_PRIVATE_KEY: jwtPrivateKey }),
  },

  'distribution-service': {
    port: 3001,
    page: '/docs',
    paths: ['/api/courses', '/api/distributions'],
    database: 'distribution',
    consumes: true,
    checksTokens: true,
    settings: ({ publicUrlOf }) => ({ PUBLIC_BASE_URL: `${publicUrlOf('distribution-service')}/api` }),
  },

  'email-worker': {
    port: 3002,
    page: '/metrics',
    paths: [],
    database: 'email',
    consumes: true,
    callsServices: true,
    usesAws: true,
    settings: ({ urlOf, publicUrlOf }) => ({
      EMAIL_FROM: 'Coursewire <hello@coursewire.example>',
      ENROLLMENT_API_URL: urlOf('enrollment-api'),
      DISTRIBUTION_SERVICE_URL: urlOf('distribution-service'),
      // Until there is a dashboard, the mail's button shows the course as JSON.
      DASHBOARD_URL: `${publicUrlOf('distribution-service')}/api`,
    }),
    fromShell: ['EMAIL_UNKNOWN_AFTER_SECONDS'],
  },
} as const satisfies Record<string, App>
