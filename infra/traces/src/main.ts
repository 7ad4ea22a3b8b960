import { startTraceServer } from './server.ts'

const { HOST: host = '127.0.0.1', PORT: port = '4318' } = process.env
const server = await startTraceServer({ host, port: Number(port) })
process.stdout.write(`Spans: ${server.url}\n`)
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void server.close())
