// The floors for the public requests to the catalogue: one SELECT by a unique index, one page by the primary key, one statement that counts
// a click and writes its event, and empty answers.
import { buildEvent, now } from './bare-event.mjs'
import { createBareServer } from './bare-server.mjs'

const tenant = 'local'
const { app, pool, listen } = createBareServer(20)
const columns =
  'id AS "distributionId", course_id AS "courseId", slug, canonical_url AS "canonicalUrl", title, description, language, ' +
  'target_group AS "targetGroup", total_lessons AS "totalLessons", version, seo, cta, updated_at AS "updatedAt"'
const [ID, TOTAL] = ['<id>', '<total>']
const clickStatement = `
  WITH counted AS (
    UPDATE counts SET clicks = clicks + 1 WHERE tenant_id = $1 AND slug = $2 RETURNING id, clicks
  )
  INSERT INTO outbox (channel, topic, key, payload, headers, log)
  SELECT 'kafka', 'distribution.events.v1', convert_to(id, 'UTF8'),
         convert_to(replace(replace($3, '${ID}', id), '"${TOTAL}"', clicks::text), 'UTF8'), $4, $5
  FROM counted`
app.get('/api/courses/:slug', async (request) => {
  const { rows } = await pool.query({
    name: 'one',
    text: `SELECT ${columns}, alternatives, variants FROM entries WHERE tenant_id = $1 AND slug = $2`,
    values: [tenant, request.params.slug],
  })
  return rows[0]
})
app.get('/api/courses', async (request) => {
  const { after, limit } = request.query
  const { rows } = await pool.query({
    name: 'page',
    text: `SELECT id, ${columns} FROM entries WHERE id > $1 ORDER BY id LIMIT $2`,
    values: [after, Number(limit) + 1],
  })
  const items = rows.slice(0, limit)
  return { items, nextCursor: rows.length > limit ? items.at(-1).id : null }
})
app.get('/empty/:slug', (_request, reply) => {
  void reply.code(304).send()
})
app.post('/api/courses/:slug/views', (_request, reply) => {
  void reply.code(202).send()
})
app.post('/api/courses/:slug/enrollment-clicks', async (request, reply) => {
  const { slug } = request.params
  const at = now()
  const event = buildEvent({
    type: 'distribution.enrollment_clicked',
    producer: 'course_distribution',
    tenantId: tenant,
    at,
    // Only the statement knows the id and the total.
    payload: {
      distribution_id: ID,
      slug,
      enrollment_count: TOTAL,
      clicked_at: at,
      cta_type: request.body.ctaType,
    },
  })
  await pool.query({
    name: 'click',
    text: clickStatement,
    values: [
      tenant,
      slug,
      event.text,
      event.headers,
      JSON.stringify({ type: event.type, fields: { type: event.type, eventId: event.id } }),
    ],
  })
  return reply.code(202).send()
})
await listen()
