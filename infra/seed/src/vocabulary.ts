/** The audiences of the imagined courses. */
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

/** The words of one language for courses. */
export interface Vocabulary {
  fields: Field[]
  /** The form of each audience after "for". */
  audiences: Record<Audience, string>
  /** The word "for" in front of them. */
  forWhom: string
  /** The kinds of course and their special features, which combine freely. */
  kinds: string[]
  extras: string[]
  /** The second part of a term, after a stem, and what comes between the two. */
  heads: string[]
  joint: string
  and: string
  towns: string[]
  /** The sentences for each part of a description, with placeholders such as {subject}, {audience}, {lessons} and {skill}. */
  sentences: Record<'opening' | 'audience' | 'skills' | 'terms' | 'format' | 'town' | 'before' | 'closing', string[]>
}

/** A part of the catalogue. Every subject fits every place, audience, skill and stem. */
export interface Field {
  subjects: string[]
  places: string[]
  audiences: Audience[]
  skills: string[]
  stems: string[]
}
