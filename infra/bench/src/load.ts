import autocannon from 'autocannon'

export interface Order {
  token: string
  courseId: string
}

/** Each call a pair of student and course that no other call had. */
export function createOrders(tokens: string[], courses: string[]): () => Order {
  let count = 0
  return () => {
    const token = tokens[count % tokens.length]
    const courseId = courses[Math.floor(count / tokens.length)]
    if (token === undefined || courseId === undefined) throw new Error(`Only ${count} pairs were prepared`)
    count += 1
    return { token, courseId }
  }
}

export interface Load {
  /** Answers 201; any other answer has been an error. */
  created: number
  perSecond: number
  p99: number
}

/** Keeps so many connections busy with enrolments, each sending its next request when it has its answer. */
export async function loadEnrollments(
  url: string,
  nextOrder: () => Order,
  { connections, seconds }: { connections: number; seconds: number },
): Promise<Load> {
  const result = await autocannon({
    url: `${url}/api/enrollments`,
    connections,
    duration: seconds,
    method: 'POST',
    requests: [
      {
        setupRequest(request) {
          const { token, courseId } = nextOrder()
          const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` }
          return { ...request, headers, body: JSON.stringify({ courseId }) }
        },
      },
    ],
  })
  const created = result.statusCodeStats['201']?.count ?? 0
  const others = result.errors + result.timeouts + result['2xx'] + result.non2xx - created
  if (others > 0) throw new Error(`Not all enrolments were made: ${JSON.stringify(result.statusCodeStats)}`)
  return { created, perSecond: created / result.duration, p99: result.latency.p99 }
}
