import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServiceClient } from '@coursewire/service-kit'
import { expect, onTestFinished, test } from 'vitest'
import { refreshTimeZones } from '../src/tenants/time-zones.ts'
import { aDistribution, logger, startWorld } from './helpers.ts'

/** enrollment-api, as far as it is asked. */
async function startEnrollmentApi(timeZones: Record<string, string>): Promise<string> {
  const server = createServer((request, response) => {
    const [, tenantId = ''] = /^\/internal\/tenants\/(.*)$/.exec(request.url ?? '') ?? []
    const isToken = request.url === '/auth/service-token'
    const timeZone = timeZones[tenantId]
    response.writeHead(isToken || timeZone ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(isToken ? { token: 'token', expiresIn: 900 } : { timeZone }))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('the time zones of tenants are those of enrollment-api; unknown tenants and zones have UTC', async () => {
  const { db, take } = await startWorld()
  const tenantIds = ['acme', 'globex', 'initech']
  await take(...tenantIds.map((tenantId) => aDistribution(`dist_${tenantId}`, { tenantId })))
  const enrollmentApiUrl = await startEnrollmentApi({ acme: 'Europe/Berlin', globex: 'Atlantis/Capital' })
  const client = { clientId: 'insights', clientSecret: 'secret', logger }
  const services = createServiceClient({ tokenUrl: `${enrollmentApiUrl}/auth/service-token`, ...client })

  await refreshTimeZones({ db, services, enrollmentApiUrl })

  const { rows } = await db.$client.query('SELECT tenant_id, time_zone FROM tenants ORDER BY 1')
  expect(rows).toEqual([
    { tenant_id: 'acme', time_zone: 'Europe/Berlin' },
    { tenant_id: 'globex', time_zone: null },
    { tenant_id: 'initech', time_zone: null },
  ])
})
