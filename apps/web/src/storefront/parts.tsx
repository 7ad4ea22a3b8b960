/** @jsxImportSource preact */
import { h } from 'preact'
import { written } from './document.tsx'
import { enrollPath, type ListQuery, listPath } from './links.ts'
import type { Entry } from './types.ts'
import type { Bead } from './wire.ts'
import type { Language, Words } from './wording.ts'

interface CallToActionProps {
  entry: Entry
  words: Words
  className?: string
  describedBy?: string
}

/**
 * The call to action, or all that are tried out with the usual one as the last. Before the first paint `client/storefront/boot.ts` decides which
 * of them is shown; without JavaScript it is the first.
 */
export function CallToAction(props: CallToActionProps) {
  const { cta, distributionId, experiment } = props.entry
  if (!experiment) return <Action {...props} />
  const { arms, split, endsAt } = experiment
  const ctas = [...arms.map(({ label, ctaType }) => ({ ...cta, label, type: ctaType })), cta]
  return h(
    'coursewire-arms',
    { 'data-of': distributionId, 'data-split': split.join(), 'data-ends': endsAt },
    ctas.map((tried, index) => <Action key={index} {...props} entry={{ ...props.entry, cta: tried }} />),
  )
}

/**
 * Without JavaScript a call to action is a link to the learner's place; with it, the island enrols. One that an editor has led elsewhere stays
 * a link.
 */
function Action({ entry, words, className = 'button', describedBy }: CallToActionProps) {
  const { cta, slug } = entry
  const counted = { 'data-slug': slug, 'data-cta': cta.type }
  const enrolled = {
    'data-course': entry.courseId,
    'data-distribution': entry.distributionId,
    'data-continue': words.continue,
  }
  return (
    <a
      className={className}
      href={cta.url ?? enrollPath(entry)}
      aria-describedby={describedBy}
      {...written(entry.language)}
      {...counted}
      {...(cta.url === undefined ? enrolled : {})}
    >
      {cta.label}
    </a>
  )
}

/** Where the island says what became of a click. */
export function Said({ words }: { words: Words }) {
  return (
    <p
      className="said"
      role="status"
      data-enrolled={words.enrolled}
      data-refused={words.refused}
      data-unreachable={words.unreachable}
    />
  )
}

/** A wire with its beads. The first and the last one may be larger. */
export function Thread(props: { beads: Bead[]; path: string; radius: number; endRadius: number }) {
  const { beads, path, radius, endRadius } = props
  return (
    <>
      <path className="thread" d={path} />
      {beads.map(({ x, y }, index) => {
        const end = index === 0 ? ' first' : index === beads.length - 1 ? ' last' : ''
        return <circle key={index} className={`bead${end}`} cx={x} cy={y} r={end ? endRadius : radius} />
      })}
    </>
  )
}

/** Searches the list of a language. The target group that is chosen stays chosen. */
export function SearchForm(props: { language: Language; words: Words; query?: ListQuery }) {
  const { language, words, query = {} } = props
  return (
    <form className="search" role="search" action={listPath(language)}>
      <label htmlFor="q" className="unseen">
        {words.searchFor}
      </label>
      <input
        id="q"
        className="input"
        type="search"
        name="q"
        maxLength={200}
        defaultValue={query.q}
        placeholder={words.searchFor}
      />
      {query.targetGroup ? <input type="hidden" name="targetGroup" value={query.targetGroup} /> : null}
      <button className="button" type="submit">
        {words.search}
      </button>
    </form>
  )
}
