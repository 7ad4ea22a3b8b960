import type { firstCourse } from '@coursewire/setup'
import english from './english.json' with { type: 'json' }
import german from './german.json' with { type: 'json' }
import type { Audience, Field, Vocabulary } from './vocabulary.ts'

/** The topic of a course, with which its title begins: a subject, and where or for whom. */
interface Topic {
  field: Field
  subject: string
  place: string
  audience: Audience | null
}

/** The parts of a description, and the probability of each when the text is already long enough. */
const parts: [part: keyof Vocabulary['sentences'], likelihood: number][] = [
  ['opening', 1],
  ['audience', 1],
  ['skills', 1],
  ['format', 1],
  ['terms', 0.7],
  ['town', 0.3],
  ['before', 0.6],
  ['closing', 0.6],
]
const ENOUGH = 350

interface Shelf {
  vocabulary: Vocabulary
  /** The tag of the language, one entry for each tenth of its courses. */
  languages: string[]
  topics: Topic[]
}

const germanShelf = createShelf(german as Vocabulary, [...Array(8).fill('de'), 'de-AT', 'de-CH'])
const englishShelf = createShelf(english as Vocabulary, [...Array(7).fill('en'), 'en-GB', 'en-GB', 'en-GB'])
/** The languages of ten consecutive courses. */
const round = [0, 1, 0, 0, 1, 0, 1, 0, 0, 1].map((language) => (language === 0 ? germanShelf : englishShelf))

/** Coprime to the number of titles in both languages, so that a walk with this step meets each title once. */
const STRIDE = 7_368_787

/**
 * Imagines a course as CourseFactory might generate it. The same index (from 0) always gives the same course, and the first million have
 * unique titles. Six of ten are in German. Some words are in many courses, most in few.
 */
export function imagineCourse(index: number): typeof firstCourse {
  const shelf = round[index % round.length] ?? germanShelf
  const { vocabulary, languages, topics } = shelf
  const choose = createChooser(index)
  const { kinds, extras } = vocabulary

  const title = (nthOf(shelf, index) * STRIDE) % (topics.length * kinds.length * extras.length)
  const topic = at(topics, title)
  const kind = at(kinds, Math.floor(title / topics.length))
  const extra = at(extras, Math.floor(title / topics.length / kinds.length))
  const about = `${topic.subject} ${topic.place}`
  const course = `${kind} ${extra}`.trim()

  const audience = topic.audience ?? choose(topic.field.audiences)
  const alsoFor = choose(topic.field.audiences)
  const lessons = 4 + Math.floor(36 * choose.share() ** 2)
  const language = choose(languages)
  const spell = (text: string) => (language === 'de-CH' ? text.replaceAll('ß', 'ss') : text)
  return {
    course_id: `seed-${String(index + 1).padStart(6, '0')}`,
    title: spell(choose.share() < 0.75 ? `${capitalize(about)}: ${course}` : `${course}: ${capitalize(about)}`),
    description: spell(describe(vocabulary, topic, { audience, lessons, choose })),
    language,
    target_audiences: [...new Set([audience, alsoFor])],
    total_lessons: lessons,
    workload: `PT${lessons}H`,
  }
}

function createShelf(vocabulary: Vocabulary, languages: string[]): Shelf {
  const topics = vocabulary.fields.flatMap((field) => {
    const places = [
      ...field.places.map((place) => ({ place, audience: null })),
      ...field.audiences.map((audience) => ({
        place: `${vocabulary.forWhom} ${vocabulary.audiences[audience]}`,
        audience,
      })),
    ]
    return field.subjects.flatMap((subject) => places.map((place) => ({ field, subject, ...place })))
  })
  return { vocabulary, languages, topics }
}

/** Counts the courses of the same language before this one. */
function nthOf(shelf: Shelf, index: number): number {
  const inRound = (end: number) => round.slice(0, end).filter((one) => one === shelf).length
  return Math.floor(index / round.length) * inRound(round.length) + inRound(index % round.length)
}

function describe(
  { sentences, audiences, heads, joint, and, towns }: Vocabulary,
  { field, subject }: Topic,
  { audience, lessons, choose }: { audience: Audience; lessons: number; choose: Chooser },
): string {
  const firstSkill = Math.floor(choose.share() * field.skills.length)
  // The first words are common, the last ones are in a few courses.
  const createTerm = () => `${choose(field.stems)}${joint}${choose.favouring(heads)}`
  const [first, second, third] = [createTerm(), createTerm(), createTerm()]
  const values: Record<string, string> = {
    subject,
    audience: audiences[audience],
    lessons: String(lessons),
    skill: at(field.skills, firstSkill),
    skill2: at(field.skills, firstSkill + 3),
    skill3: at(field.skills, firstSkill + 5),
    terms: `${first}, ${second} ${and} ${third}`,
    town: choose.favouring(towns),
  }
  let description = ''
  for (const [part, likelihood] of parts) {
    if (choose.share() >= likelihood && description.length >= ENOUGH) continue
    const sentence = choose.favouring(sentences[part]).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? '')
    description = `${description} ${sentence}`.trimStart()
  }
  return description
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

interface Chooser {
  <Item>(list: Item[]): Item
  /** Picks the first items often and the last ones seldom, like words in a language. */
  favouring: <Item>(list: Item[]) => Item
  /** From 0 up to, but not including, 1. */
  share: () => number
}

/** Chooses pseudo-randomly, and always the same for the same seed. */
function createChooser(seed: number): Chooser {
  let choices = 0
  function share(): number {
    choices += 1
    let hash = Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(choices, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d)
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b)
    return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
  }
  const choose = <Item>(list: Item[]) => at(list, Math.floor(share() * list.length))
  const favouring = <Item>(list: Item[]) => at(list, Math.floor(share() ** 2 * list.length))
  return Object.assign(choose, { favouring, share })
}

/** Returns the item at a position, and starts over after the last one. */
function at<Item>(list: Item[], index: number): Item {
  return list[index % list.length] as Item
}
