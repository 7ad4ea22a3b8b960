// What we use of it; it brings no types.
declare module 'autocannon' {
  interface Request {
    headers?: Record<string, string>
    body?: string
  }
  interface Result {
    /** Seconds. */
    duration: number
    errors: number
    timeouts: number
    '2xx': number
    non2xx: number
    statusCodeStats: Partial<Record<string, { count: number }>>
    /** Milliseconds. */
    latency: { p99: number }
  }
  export default function autocannon(options: {
    url: string
    method: 'POST'
    connections: number
    /** Seconds. */
    duration: number
    requests: { setupRequest(request: Request): Request }[]
  }): Promise<Result>
}
