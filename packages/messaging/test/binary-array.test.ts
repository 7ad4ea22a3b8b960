import { expect, it } from 'vitest'
import { toBinaryArray } from '../src/binary-array.ts'
import { createStore } from './helpers.ts'

async function sendBack(type: 'text' | 'bytea', values: (string | Buffer | null)[]) {
  const { pool } = await createStore()
  const { rows } = await pool.query(`SELECT $1::${type}[] AS array, array_ndims($1::${type}[]) AS dimensions`, [
    toBinaryArray(type, values),
  ])
  return rows[0]
}

it.each([
  ['text, quotes, signs and what is not there', 'text', ['a', '', 'NULL', null, '{"x\\,y"}', 'Größe 🎓']],
  ['bytes of any kind', 'bytea', [Buffer.from([0, 0xff, 0x5c]), null, Buffer.alloc(0)]],
] as const)('%s arrive in Postgres as they are', async (_name, type, values) => {
  expect(await sendBack(type, [...values])).toEqual({ array: values, dimensions: 1 })
})

it('no values make an array without elements', async () => {
  expect(await sendBack('text', [])).toEqual({ array: [], dimensions: null })
})

it('text that Postgres cannot store is reported with the faulty value', async () => {
  await expect(sendBack('text', ['a\u0000b'])).rejects.toMatchObject({ code: '22021' })
})
