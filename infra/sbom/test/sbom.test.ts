import { Spec, Validation } from '@cyclonedx/cyclonedx-library'
import { expect, it } from 'vitest'
import { readBom } from '../src/bom.ts'
import { findRefused } from '../src/licences.ts'

it('the bill of materials is valid CycloneDX 1.6 and has the packages of every image', async () => {
  const { text, components } = readBom()

  expect(await new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(text)).toBeNull()
  expect(JSON.parse(text)).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
  expect(components.map(({ name }) => name)).toEqual(expect.arrayContaining(['kafkajs', 'pg', 'fastify', 'react-dom']))
  expect(components.map(({ name }) => name)).not.toContain('vitest')
})

it('every package has an allowed licence', () => {
  expect(findRefused(readBom().components)).toEqual([])
})

it('a package with another licence is refused, and so is one with none, or with one more', () => {
  const of = (...ids: string[]) => ids.map((id) => ({ license: { id } }))

  expect(
    findRefused([
      { group: '@coursewire', name: 'events', version: '0.0.0' },
      { name: 'pg', version: '8.23.1', licenses: of('MIT') },
      { group: '@scope', name: 'strict', version: '1.0.0', licenses: of('AGPL-3.0-only') },
      { name: 'both', version: '2.0.0', licenses: of('MIT', 'SSPL-1.0') },
      { name: 'either', version: '3.0.0', licenses: [{ expression: '(MIT OR GPL-2.0)' }] },
      { name: 'silent', version: '4.0.0' },
    ]),
  ).toEqual([
    { name: '@scope/strict@1.0.0', licence: 'AGPL-3.0-only' },
    { name: 'both@2.0.0', licence: 'MIT, SSPL-1.0' },
    { name: 'either@3.0.0', licence: '(MIT OR GPL-2.0)' },
    { name: 'silent@4.0.0', licence: 'no licence' },
  ])
})
