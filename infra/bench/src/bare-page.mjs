// The floor of a page out of memory: a bare Fastify route that sends the headers and the bytes that PAGE_URL answers its second reader and all after that.
import { once } from 'node:events'
import { get } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { createBareServer } from './bare-server.mjs'

const { PAGE_URL, ACCEPT_ENCODING } = process.env

async function read() {
  const [answer] = await once(get(PAGE_URL, { headers: { 'accept-encoding': ACCEPT_ENCODING } }), 'response')
  return { answer, body: await buffer(answer) }
}

await read()
const { answer, body } = await read()
// The server writes these itself.
const { date: _, connection: __, 'keep-alive': ___, ...headers } = answer.headers
const { app, listen } = createBareServer()
app.get('/courses/:slug', (_request, reply) => {
  void reply.headers(headers).send(body)
})
await listen()
