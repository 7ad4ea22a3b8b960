import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { appNames, databases, mapApps } from '../src/product.ts'
import { serverPorts } from '../src/surroundings.ts'

const expectUnique = (values: unknown[]) => expect(values).toEqual([...new Set(values)])

test('every app is declared, and every declared app exists', () => {
  expect(appNames.toSorted()).toEqual(readdirSync(new URL('../../../apps', import.meta.url)).toSorted())
})

test('no two apps share a port, a database or a path', () => {
  const declared = Object.values(mapApps((_, app) => app))

  expectUnique([...declared.map(({ port }) => port), ...Object.values(serverPorts)])
  expectUnique(databases.map(({ database }) => database))
  expectUnique(declared.flatMap(({ paths }) => paths))
})
