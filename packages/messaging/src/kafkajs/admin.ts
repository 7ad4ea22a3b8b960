import type { Admin } from 'kafkajs'
import { createKafka, type KafkaSettings } from './client.ts'

export interface AdminClient {
  /** Gives `ask` a connected client. Rejects soon if the brokers do not answer, and after `close`. */
  use<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer>
  close(): Promise<void>
}

/** Connects on first use, and again after each failure, because a client that has lost its brokers may never find them again. */
export function createAdminClient(settings: KafkaSettings, { readUncommitted = true } = {}): AdminClient {
  const kafka = createKafka(settings, { retry: { initialRetryTime: 100, maxRetryTime: 1_000, retries: 3 } })
  let opening: Promise<Admin> | null = null
  let isClosed = false
  const uses = new Set<Promise<unknown>>()

  async function open(): Promise<Admin> {
    const admin = kafka.admin({ readUncommitted })
    await admin.connect()
    return admin
  }

  const close = async (client: Promise<Admin> | null) => {
    const admin = await client?.catch(() => null)
    await admin?.disconnect().catch(() => undefined)
  }

  async function use<Answer>(ask: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    if (isClosed) throw new Error('The admin client is closed')
    opening ??= open()
    const client = opening
    try {
      return await ask(await client)
    } catch (error) {
      if (opening === client) opening = null
      void close(client)
      throw error
    }
  }

  return {
    use(ask) {
      const answer = use(ask)
      uses.add(answer)
      const forget = () => void uses.delete(answer)
      answer.then(forget, forget)
      return answer
    },
    async close() {
      isClosed = true
      // A request in progress would connect again after the disconnect.
      await Promise.allSettled(uses)
      const client = opening
      opening = null
      await close(client)
    },
  }
}
