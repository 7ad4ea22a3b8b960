// autocannon has no types of its own. These cover what we use.
declare module 'autocannon' {
  interface Request {
    method?: string
    path?: string
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
  }
  interface Loading extends Promise<Result> {
    on(event: 'response', listen: (client: unknown, status: number, bytes: number, ms: number) => void): void
  }
  export default function autocannon(options: {
    url: string
    connections: number
    /** Seconds. */
    duration?: number
    /** Calls. They end the load, however long they take. */
    amount?: number
    requests: { setupRequest(request: Request): Request }[]
  }): Loading
}
