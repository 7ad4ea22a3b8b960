export { startTraceServer } from './server.ts'
export type { Span } from './span.ts'
