import { expect, it } from 'vitest'
import { addressOf, networkOf } from './networks.ts'

it.each([
  ['192.0.2.77', '192.0.2.77', '192.0.2.0'],
  ['::ffff:192.0.2.77', '192.0.2.77', '192.0.2.0'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::', '2001:db8:1::'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::', '2001:db8:1::'],
  ['::1', '::', '::'],
])('%s is one subscriber with %s, in the network %s', (ip, address, network) => {
  expect([addressOf(ip), networkOf(ip)]).toEqual([address, network])
})
