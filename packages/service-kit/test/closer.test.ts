import { expect, it } from 'vitest'
import { type Adopt, openResources } from '../src/index.ts'

function recordCloses() {
  const closed: string[] = []
  const adoptInto = (adopt: Adopt) => (name: string) =>
    adopt(name, async (opened) => {
      closed.push(opened)
      if (opened.startsWith('bad')) throw new Error(opened)
    })
  return { closed, adoptInto }
}

it('resources are closed once, in reverse order', async () => {
  const { closed, adoptInto } = recordCloses()

  const context = await openResources(async (adopt) => {
    const add = adoptInto(adopt)
    return { pool: add('pool'), producer: add('producer'), relay: add('relay') }
  })
  await Promise.all([context.close(), context.close()])

  expect(context).toMatchObject({ pool: 'pool', producer: 'producer', relay: 'relay' })
  expect(closed).toEqual(['relay', 'producer', 'pool'])
})

it('if opening fails half-way, the opened resources are closed and the reason is thrown', async () => {
  const { closed, adoptInto } = recordCloses()

  const opening = openResources(async (adopt) => {
    const add = adoptInto(adopt)
    add('pool')
    add('bad producer')
    throw new Error('no broker')
  })

  await expect(opening).rejects.toThrow('no broker')
  expect(closed).toEqual(['bad producer', 'pool'])
})

it('a resource that cannot be closed does not keep the others open', async () => {
  const { closed, adoptInto } = recordCloses()
  const context = await openResources(async (adopt) => {
    const add = adoptInto(adopt)
    return { names: [add('pool'), add('bad one'), add('relay'), add('bad two')] }
  })

  await expect(context.close()).rejects.toMatchObject({ errors: [{ message: 'bad two' }, { message: 'bad one' }] })
  expect(closed).toEqual(['bad two', 'relay', 'bad one', 'pool'])
})
