import { expect, it } from 'vitest'
import { type Adopt, openResources } from '../src/index.ts'

function recordCloses() {
  const closed: string[] = []
  const adoptInto = (adopt: Adopt) => (name: string) =>
    adopt(name, async (it) => {
      closed.push(it)
      if (it.startsWith('bad')) throw new Error(it)
    })
  return { closed, adoptInto }
}

it('what was opened is closed once, in reverse', async () => {
  const { closed, adoptInto } = recordCloses()

  const context = await openResources(async (adopt) => {
    const add = adoptInto(adopt)
    return { pool: add('pool'), producer: add('producer'), relay: add('relay') }
  })
  await Promise.all([context.close(), context.close()])

  expect(context).toMatchObject({ pool: 'pool', producer: 'producer', relay: 'relay' })
  expect(closed).toEqual(['relay', 'producer', 'pool'])
})

it('when opening fails half-way, what was opened is closed and the reason comes out', async () => {
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

it('one that cannot be closed does not keep the others open', async () => {
  const { closed, adoptInto } = recordCloses()
  const context = await openResources(async (adopt) => {
    const add = adoptInto(adopt)
    return { names: [add('pool'), add('bad one'), add('relay'), add('bad two')] }
  })

  await expect(context.close()).rejects.toMatchObject({ errors: [{ message: 'bad two' }, { message: 'bad one' }] })
  expect(closed).toEqual(['bad two', 'relay', 'bad one', 'pool'])
})
