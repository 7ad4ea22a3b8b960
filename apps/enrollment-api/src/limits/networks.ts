import { normalizeIP } from '@fastify/rate-limit'

/** Returns what one subscriber has: an IPv4 address, or an IPv6 /64. */
export function addressOf(ip: string): string {
  return normalizeIP(ip)
}

/** Returns the network that an attacker gets many addresses in at once: an IPv4 /24, or an IPv6 /48. */
export function networkOf(ip: string): string {
  return normalizeIP(ip, 48).replace(/^(\d+\.\d+\.\d+)\.\d+$/, '$1.0')
}
