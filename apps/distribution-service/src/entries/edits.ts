import type { Change, Content, Cta, Distribution, Seo, Settings } from './distribution.ts'

/** Of SEO and call to action what is given replaces what is there; null takes it away. */
type Given<Part> = { [Name in keyof Part]?: Part[Name] | null | undefined }
type Edited = Omit<Content, 'seo' | 'cta'> & Settings & { seo: Given<Seo>; cta: Given<Cta> }
/** Undefined is not given. */
export type Edit = { [Field in keyof Edited]?: Edited[Field] | undefined }
export type Draft = Pick<Content, 'title' | 'language'> & { courseId: string } & Omit<Edit, 'title' | 'language'>
export type Variant = { targetGroup: string[]; hasOwnCanonical?: boolean | undefined } & Pick<
  Edit,
  'title' | 'description' | 'seo' | 'cta' | 'slug'
>

/** Of a distribution, what it would be with what is given. */
export function resolveEdit(before: Distribution, { seo, cta, ...given }: Edit): Change {
  return {
    ...withoutUndefined(given),
    ...(seo && { seo: merge(before.seo, seo) }),
    ...(cta && { cta: merge(before.cta, cta) }),
  }
}

type Defined<Part> = { [Name in keyof Part]?: Exclude<Part[Name], undefined> }

function withoutUndefined<Part extends object>(part: Part): Defined<Part> {
  return Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined)) as Defined<Part>
}

export function merge<Part extends object>(before: Part, given: Given<Part> = {}): Part {
  const merged = Object.entries({ ...before, ...withoutUndefined(given) })
  return Object.fromEntries(merged.filter(([, value]) => value !== null)) as Part
}
