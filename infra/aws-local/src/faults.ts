import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ServiceName } from './query.ts'

const faultSchema = z.strictObject({
  service: z.enum(['sns', 'ses']),
  kind: z.enum(['throttle', 'error', 'hang', 'accept-then-drop']),
  /** How many calls it strikes; null: all, until it is taken away. */
  times: z.int().positive().nullable().default(null),
})

type Fault = z.output<typeof faultSchema>

/** At most one fault per service; a new one replaces it. */
export function createFaults() {
  const faults = new Map<ServiceName, Fault>()
  return {
    set(fault: Fault): void {
      faults.set(fault.service, { ...fault })
    },
    clear(): void {
      faults.clear()
    },
    /** Uses up one strike of the service's fault, if it has one. */
    take(service: ServiceName): Fault['kind'] | null {
      const fault = faults.get(service)
      if (!fault) return null
      if (fault.times !== null && --fault.times === 0) faults.delete(service)
      return fault.kind
    },
  }
}

export type Faults = ReturnType<typeof createFaults>

/** `PUT /_faults` sets a fault, `DELETE /_faults` takes all away. */
export function faultRoutes(faults: Faults) {
  return async (app: FastifyInstance): Promise<void> => {
    app.put('/_faults', async (request, reply) => {
      const { success, data, error } = faultSchema.safeParse(request.body)
      if (!success) return reply.status(400).send({ error: z.prettifyError(error) })
      faults.set(data)
      return data
    })
    app.delete('/_faults', async (_request, reply) => {
      faults.clear()
      return reply.status(204).send()
    })
  }
}
