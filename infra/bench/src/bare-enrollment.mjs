// The floor of an enrolment: the same token check, and the same three rows in one statement per request, nothing else.
import { randomUUID } from 'node:crypto'
import jwt from '@fastify/jwt'
import { buildEvent, now } from './bare-event.mjs'
import { createBareServer } from './bare-server.mjs'

const { JWT_PUBLIC_KEY, JWT_ISSUER, JWT_AUDIENCE } = process.env
const type = 'enrollment.completed'
const topic = 'enrollment.events.v1'
const topicArn = 'arn:aws:sns:us-east-1:000000000000:enrollment-completed'
const statement = `
  WITH enrolled AS (
    INSERT INTO enrollments (id, tenant_id, user_id, course_id, enrollment_type, source, payment_status, activation,
                             enrolled_at, created_at, updated_at)
    VALUES ($1, $2, $3, $4, 'free', $5, 'free', 1, $6, $6, $6)
    ON CONFLICT DO NOTHING
    RETURNING id
  )
  INSERT INTO outbox (channel, topic, key, payload, headers, log)
  SELECT message.*
  FROM enrolled, (VALUES ('kafka', '${topic}', convert_to($1, 'UTF8'), $7::bytea, $8::bytea, $9::jsonb),
                         ('sns', '${topicArn}', NULL, $10::bytea, $11::bytea, $12::jsonb)) AS message`

const text = { type: 'string', minLength: 1, maxLength: 128 }
const schema = {
  body: {
    type: 'object',
    additionalProperties: false,
    required: ['courseId'],
    properties: {
      courseId: text,
      source: { type: 'string', enum: ['manual', 'auto'], default: 'manual' },
      distributionId: text,
      ctaType: text,
    },
  },
  response: {
    201: {
      type: 'object',
      properties: {
        id: { type: 'string' },
        userId: { type: 'string' },
        courseId: { type: 'string' },
        enrollmentType: { type: 'string' },
        enrolledAt: { type: 'string' },
        progress: { type: 'integer' },
        completed: { type: 'boolean' },
        paymentStatus: { type: 'string' },
        source: { type: 'string' },
        createdAt: { type: 'string' },
        updatedAt: { type: 'string' },
      },
    },
  },
}

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
app.post('/api/enrollments', { schema }, async (request, reply) => {
  const claims = await request.jwtVerify()
  const [tenantId, userId] = [claims.tenant_id, claims.sub]
  const { courseId, source } = request.body
  const id = createId()
  const at = now()
  const event = buildEvent({
    type,
    producer: 'enrollment',
    tenantId,
    at,
    payload: {
      enrollment_id: id,
      student_id: userId,
      course_id: courseId,
      enrollment_type: 'free',
      enrolled_at: at,
      source,
      payment_status: 'free',
      activation: 1,
    },
  })
  const message = {
    eventType: 'EnrollmentCompleted',
    studentId: userId,
    courseId,
    enrollmentType: 'free',
    enrolledAt: at,
    source,
  }
  const attributes = {
    Subject: 'Enrollment Completed',
    event_id: event.id,
    tenant_id: tenantId,
    enrollment_id: id,
    activation: '1',
  }
  const log = (destination) => JSON.stringify({ type, fields: { userId, courseId, destination, eventId: event.id } })
  const { rowCount } = await pool.query({
    name: 'enrol',
    text: statement,
    values: [
      id,
      tenantId,
      userId,
      courseId,
      source,
      at,
      Buffer.from(event.text),
      event.headers,
      log('kafka'),
      Buffer.from(JSON.stringify(message)),
      Buffer.from(JSON.stringify(Object.entries(attributes))),
      log('sns'),
    ],
  })
  if (rowCount === 0) return reply.code(409).send()
  return reply.code(201).send({
    id,
    userId,
    courseId,
    enrollmentType: 'free',
    enrolledAt: at,
    progress: 0,
    completed: false,
    paymentStatus: 'free',
    source,
    createdAt: at,
    updatedAt: at,
  })
})
await listen()

/** Ids grow with time, as the service's own do. */
function createId() {
  const time = Date.now().toString(16).padStart(12, '0')
  return `enr_${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`
}
