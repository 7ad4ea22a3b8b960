import { describe, expect, it } from 'vitest'
import { buildSlug, chooseFreeSlug, listForms } from './slug.ts'

describe('the slug of a title', () => {
  it.each([
    ['Alternativen zu Banken & Sparkassen', 'alternativen-zu-banken-und-sparkassen'],
    ['Größe, Äpfel und Öl', 'groesse-aepfel-und-oel'],
    ['Mu\u0308ller', 'mueller'],
    ['C++ und C#', 'cpp-und-csharp'],
    ['ASP.NET Core', 'asp-dotnet-core'],
    ['iOS-Apps mit SwiftUI', 'ios-apps-mit-swiftui'],
    ['../../etc/passwd', 'etc-passwd'],
  ])('%s', (title, slug) => {
    expect(buildSlug(title, 'course_1', 'de-AT')).toBe(slug)
  })

  it.each([
    ['de', 'Größe & Äpfel', 'groesse-und-aepfel'],
    ['sv', 'Kött & blåbär i Malmö', 'kott-och-blabar-i-malmo'],
    ['sv-FI', 'Ångström', 'angstrom'],
    ['fi', 'Käsityö', 'kasityo'],
    ['tr', 'INTERNET Işık & ÖĞRENCİ', 'internet-isik-ve-ogrenci'],
    ['hu', 'Füge', 'fuge'],
    ['no', 'Blåbærsyltetøy', 'blaabaersyltetoey'],
    ['nn-NO', 'Smørbrød', 'smoerbroed'],
    ['fr', 'Cœur & capharnaüm', 'coeur-et-capharnaum'],
    ['nl', 'Coöperatie', 'cooperatie'],
    ['es', 'El pingüino', 'el-pinguino'],
    ['en', 'Tea & Coffee', 'tea-and-coffee'],
    ['sr', 'Ђак и џез', 'djak-i-dzez'],
    ['uk', 'Київ', 'kiyiv'],
    ['not a language', 'Cafés', 'cafes'],
    ['tlh', 'Cats & Dogs', 'cats-and-dogs'],
  ])('follows the rules of %s: %s', (language, title, slug) => {
    expect(buildSlug(title, 'course_1', language)).toBe(slug)
  })

  it.each([
    ['Daten\u00adbanken', 'datenbanken'],
    ['Daten\u200bbanken\ufeff', 'datenbanken'],
    ['Auf\u200clage \u2060eins', 'auflage-eins'],
    ['\uff32\uff35\uff33\uff34 Teil \u2163', 'rust-teil-iv'],
    ['\ufb01nden', 'finden'],
  ])('contains only visible characters, in every encoding: %j', (title, slug) => {
    expect(buildSlug(title, 'course_1', 'de')).toBe(slug)
  })

  it.each([
    ['course_456def', 'course_456def'],
    ['a/b', 'a-b'],
    ['..', 'course'],
  ])('that leaves no characters is made from the course id %s', (courseId, slug) => {
    expect(buildSlug('日本語', courseId, 'ja')).toBe(slug)
  })

  it('that is long ends after a whole word', () => {
    const slug = buildSlug('gardening '.repeat(20), 'course_1', 'en')

    expect(slug).toBe(`${'gardening-'.repeat(7)}gardening`)
  })

  it('that is one long word is cut', () => {
    expect(buildSlug('x'.repeat(500), 'course_1', 'en')).toBe('x'.repeat(80))
  })
})

describe('a free slug', () => {
  it.each([
    [[], 'garden'],
    [['garden'], 'garden-2'],
    [['garden', 'garden-2', 'garden-4'], 'garden-3'],
    [['garden-2'], 'garden'],
  ])('next to %j is %s', (taken, free) => {
    expect(chooseFreeSlug('garden', new Set(taken))).toBe(free)
  })

  it('is never too long, and has no hyphen at its end before the number', () => {
    const wanted = `${'x'.repeat(96)}-${'y'.repeat(3)}`

    expect(chooseFreeSlug(wanted, new Set([wanted]))).toBe(`${'x'.repeat(96)}-y-2`)
    expect(chooseFreeSlug(wanted, new Set(listForms(wanted, 9)))).toBe(`${'x'.repeat(96)}-10`)
  })
})
