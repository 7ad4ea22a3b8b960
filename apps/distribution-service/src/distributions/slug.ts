import slugify from '@sindresorhus/slugify'

const MAX_LENGTH = 80

const rules: Parameters<typeof slugify>[1] = {
  locale: 'de',
  decamelize: false,
  customReplacements: [
    ['C++', ' cpp '],
    ['C#', ' csharp '],
    ['.NET', ' dotnet '],
    ['&', ' und '],
  ],
}

/** The slug a title asks for. A title that leaves nothing, in another script perhaps, gives way to the course's id. */
export function buildSlug(title: string, courseId: string): string {
  const slug = slugify(title.normalize('NFC'), rules) || slugify(courseId, { preserveCharacters: ['_'] }) || 'course'
  if (slug.length <= MAX_LENGTH) return slug
  return slug
    .slice(0, MAX_LENGTH + 1)
    .replace(/-[^-]*$/, '')
    .slice(0, MAX_LENGTH)
}

/** `wanted`, or with the lowest number from 2 on that is not taken. */
export function chooseFreeSlug(wanted: string, taken: ReadonlySet<string>): string {
  let number = 1
  while (taken.has(formOf(wanted, number))) number += 1
  return formOf(wanted, number)
}

/** So many of what {@link chooseFreeSlug} may choose, in its order. */
export function listForms(wanted: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => formOf(wanted, index + 1))
}

const formOf = (wanted: string, number: number) => (number === 1 ? wanted : `${wanted}-${number}`)
