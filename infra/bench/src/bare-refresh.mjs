// The floor of a refresh: one UPDATE by primary key per request, nothing else.
import { randomBytes } from 'node:crypto'
import { createBareServer } from './bare-server.mjs'

const { app, pool, listen } = createBareServer()
app.post('/auth/refresh', async (request) => {
  const next = randomBytes(32)
  const { rows } = await pool.query({
    name: 'update',
    text: 'UPDATE sessions SET token = $2, last_used_at = now() WHERE id = $1 RETURNING user_id',
    values: [request.body.refreshToken, next],
  })
  return { userId: rows[0].user_id, refreshToken: next.toString('base64url') }
})
await listen()
