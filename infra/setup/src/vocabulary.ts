/** The audiences of CourseFactory's courses that the imagined catalogue has. */
export type Audience =
  | 'beginners'
  | 'career_changers'
  | 'trainees'
  | 'students'
  | 'professionals'
  | 'self_employed'
  | 'managers'
  | 'teachers'
  | 'parents'
  | 'private_individuals'
  | 'volunteers'
  | 'developers'
  | 'product_owners'
  | 'caregivers'
  | 'small_businesses'

/** What a language has to say of courses. */
export interface Vocabulary {
  fields: Field[]
  /** How each audience is called after "for". */
  audiences: Record<Audience, string>
  /** "for", in front of them. */
  forWhom: string
  /** What kind of course it is, and what is special about it: any of the one with any of the other. */
  kinds: string[]
  extras: string[]
  /** What stands behind a stem in a term, and what between the two. */
  heads: string[]
  joint: string
  and: string
  towns: string[]
  /** Of each part of a description its sentences, with {subject}, {audience}, {lessons}, {skill} and so on to be filled in. */
  sentences: Record<'opening' | 'audience' | 'skills' | 'terms' | 'format' | 'town' | 'before' | 'closing', string[]>
}

/** A part of the catalogue: any subject goes with any place, audience, skill and stem. */
export interface Field {
  subjects: string[]
  places: string[]
  audiences: Audience[]
  skills: string[]
  stems: string[]
}

/** Words from a line of them, as lists of names read best. */
export const words = (line: string) => line.split(', ')
