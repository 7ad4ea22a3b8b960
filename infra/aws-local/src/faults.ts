import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { ServiceName } from './query.ts'

const faultSchema = z.strictObject({
  service: z.enum(['sns', 'ses']),
  kind: z.enum(['throttle', 'error', 'hang', 'accept-then-drop']),
  /** How many calls fail. Null means all calls until the fault is removed. */
  times: z.int().positive().nullable().default(null),
})

type Fault = z.output<typeof faultSchema>

/** Keeps at most one fault per service; a new one replaces it. */
export function createFaults() {
  const faults = new Map<ServiceName, Fault>()
  return {
    set(fault: Fault): void {
      faults.set(fault.service, { ...fault })
    },
    clear(): void {
      faults.clear()
    },
    /** Returns the service's fault, if it has one, and counts one use of it. */
    take(service: ServiceName): Fault['kind'] | null {
      const fault = faults.get(service)
      if (!fault) return null
      if (fault.times !== null && --fault.times === 0) faults.delete(service)
      return fault.kind
    },
  }
}

export type Faults = ReturnType<typeof createFaults>

/** `PUT /_faults` sets a fault, `DELETE /_faults` removes all faults. */
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
