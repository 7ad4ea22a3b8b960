import { describe, expect, it } from 'vitest'
import { buildSlug, chooseFreeSlug } from './slug.ts'

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
    expect(buildSlug(title, 'course_1')).toBe(slug)
  })

  it.each([
    ['course_456def', 'course_456def'],
    ['a/b', 'a-b'],
    ['..', 'course'],
  ])('that leaves nothing is made from the course id %s', (courseId, slug) => {
    expect(buildSlug('日本語', courseId)).toBe(slug)
  })

  it('that is long ends after a whole word', () => {
    const slug = buildSlug('gardening '.repeat(20), 'course_1')

    expect(slug).toBe(`${'gardening-'.repeat(7)}gardening`)
  })

  it('that is one long word is cut', () => {
    expect(buildSlug('x'.repeat(500), 'course_1')).toBe('x'.repeat(80))
  })
})

describe('a free slug', () => {
  it.each([
    [[], 'garden'],
    [['garden'], 'garden-2'],
    [['garden', 'garden-2', 'garden-4'], 'garden-3'],
    [['garden-2'], 'garden'],
  ])('beside %j is %s', (taken, free) => {
    expect(chooseFreeSlug('garden', new Set(taken))).toBe(free)
  })
})
