import type { CatalogueEntry } from '@coursewire/api-client/distribution-service'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { dataOf, insights } from './api.ts'
import { entriesQuery } from './my-courses-data.ts'
import { type Chosen, chooseCourses } from './recommending.ts'
import { useLanguage } from './words.tsx'

/** As many as one call takes. */
const MAX_ASKED = 20
/** The number of courses that a heading shows, and that are asked for: some may just have been taken back. */
const MAX_SHOWN = 3
const MAX_CANDIDATES = 12
const nothing: Chosen = { alsoChosen: [], trending: [], popular: [] }

const chosenQuery = (courseIds: string[]) =>
  queryOptions({
    queryKey: ['chosen', courseIds],
    queryFn: async (): Promise<Chosen> => {
      const query = { courseId: courseIds.join() }
      const [most, companions] = await Promise.all([
        dataOf(insights.GET('/api/recommendations')),
        courseIds.length > 0
          ? dataOf(insights.GET('/api/recommendations/courses', { params: { query } }))
          : { items: [] },
      ])
      return { ...most, alsoChosen: companions.items.map(({ alsoChosen }) => alsoChosen) }
    },
    staleTime: 60_000,
  })

/** Courses that others have chosen and the learner does not have. Shows nothing while that is not known. */
export function Recommendations({ courseIds }: { courseIds: string[] }) {
  const { words, language } = useLanguage()
  // An id with a comma cannot be asked for.
  const asked = courseIds.filter((courseId) => !courseId.includes(',')).slice(0, MAX_ASKED)
  const { data: chosen = nothing } = useQuery(chosenQuery(asked))
  const has = new Set(courseIds)
  const candidates = Object.values(chooseCourses(chosen, has, MAX_CANDIDATES))
    .flat()
    .sort()
  const { data: entries } = useQuery({ ...entriesQuery(candidates, language), enabled: candidates.length > 0 })
  if (!entries) return null
  const shown = chooseCourses(chosen, has, MAX_SHOWN, (courseId) => entries.has(courseId))
  const find = (list: string[]) => list.flatMap((courseId) => entries.get(courseId) ?? [])
  return (
    <>
      <Choice title={words.alsoChosen} courses={find(shown.alsoChosen)} />
      <Choice title={words.trending} courses={find(shown.trending)} />
      <Choice title={words.popular} courses={find(shown.popular)} />
    </>
  )
}

function Choice({ title, courses }: { title: string; courses: CatalogueEntry[] }) {
  const id = useId()
  if (courses.length === 0) return null
  return (
    <section className="choice" aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <ul>
        {courses.map(({ slug, title, language }) => (
          <li key={slug}>
            <a href={`/courses/${encodeURIComponent(slug)}`} lang={language}>
              {title}
            </a>
          </li>
        ))}
      </ul>
    </section>
  )
}
