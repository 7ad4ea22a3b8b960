// The floor of an enrolment: the same token check and one INSERT per request, nothing else.
import { randomUUID } from 'node:crypto'
import jwt from '@fastify/jwt'
import { createBareServer } from './bare-server.mjs'

const { JWT_PUBLIC_KEY, JWT_ISSUER, JWT_AUDIENCE } = process.env

const { app, pool, listen } = createBareServer()
// Checks and remembers tokens as packages/service-kit does, but with a given key.
await app.register(jwt, {
  secret: { public: JWT_PUBLIC_KEY },
  decode: { complete: true },
  verify: {
    algorithms: ['ES256'],
    allowedIss: [JWT_ISSUER],
    allowedAud: [JWT_AUDIENCE],
    requiredClaims: ['iss', 'aud', 'exp'],
    cache: 1_000,
    cacheTTL: 60_000,
  },
})
app.post('/api/enrollments', async (request, reply) => {
  const claims = await request.jwtVerify()
  const id = randomUUID()
  const { courseId } = request.body
  const at = new Date().toISOString()
  await pool.query({
    name: 'insert',
    text: `INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status,
                                    enrolled_at, created_at, updated_at)
           VALUES ($1, $2, $3, $4, 'free', 'manual', 'free', $5, $5, $5)`,
    values: [id, claims.tenant_id, claims.sub, courseId, at],
  })
  return reply.code(201).send({
    id,
    userId: claims.sub,
    courseId,
    enrollmentType: 'free',
    enrolledAt: at,
    progress: 0,
    completed: false,
    paymentStatus: 'free',
    source: 'manual',
    createdAt: at,
    updatedAt: at,
  })
})
await listen()
