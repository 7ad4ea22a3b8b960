import { expect, it } from 'vitest'
import { chooseCourses } from '../client/dashboard/recommending.ts'

const nothing = { alsoChosen: [], trending: [], popular: [] }

it('a learner is recommended no course twice, and none that the learner has', () => {
  const chosen = { alsoChosen: [['moss', 'fern']], trending: ['moss', 'rye'], popular: ['rye', 'fern', 'bread'] }

  expect(chooseCourses(chosen, new Set(['fern']), 3)).toEqual({
    alsoChosen: ['moss'],
    trending: ['rye'],
    popular: ['bread'],
  })
})

it('what learners of several courses chose comes before what those of one did', () => {
  const alsoChosen = [
    ['moss', 'fern'],
    ['rye', 'fern'],
  ]

  expect(chooseCourses({ ...nothing, alsoChosen }, new Set(), 3).alsoChosen).toEqual(['fern', 'moss', 'rye'])
})

it('so many courses are enough, of those that can be shown', () => {
  const popular = ['a', 'b', 'c', 'd', 'e']

  expect(chooseCourses({ ...nothing, popular }, new Set(), 3, (id) => id !== 'b').popular).toEqual(['a', 'c', 'd'])
})
