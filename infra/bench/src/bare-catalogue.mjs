// The floors for the public requests to the catalogue: one SELECT or one UPDATE by a unique index, one page by the primary key, and
// empty answers.
import { createBareServer } from './bare-server.mjs'

const tenant = 'local'
const { app, pool, listen } = createBareServer(20)
const columns =
  'id AS "distributionId", course_id AS "courseId", slug, canonical_url AS "canonicalUrl", title, description, language, ' +
  'target_group AS "targetGroup", total_lessons AS "totalLessons", version, seo, cta, updated_at AS "updatedAt"'
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
  await pool.query({
    name: 'count',
    text: 'UPDATE counts SET clicks = clicks + 1 WHERE tenant_id = $1 AND slug = $2',
    values: [tenant, request.params.slug],
  })
  return reply.code(202).send()
})
await listen()
