import type { Component } from './bom.ts'

/** The licences that may be deployed, as SPDX names them. None of these asks for our own sources. Ask whoever decides on licences before you add one. */
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'MIT-0',
  'OFL-1.1',
  'Unlicense',
])

/** Returns the packages of others that have another licence than those, or none, each with what it has. */
export function findRefused(components: readonly Component[]): { name: string; licence: string }[] {
  return components.flatMap((component) => {
    const { group, name, version, licenses = [] } = component
    if (group === '@coursewire') return []
    const licences = licenses.map(({ expression, license }) => expression ?? license?.id ?? license?.name ?? '')
    if (licences.length > 0 && licences.every((licence) => allowed.has(licence))) return []
    const fullName = [group, name].filter(Boolean).join('/')
    return [{ name: `${fullName}@${version}`, licence: licences.join(', ') || 'no licence' }]
  })
}
