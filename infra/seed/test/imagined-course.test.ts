import { describe, expect, it } from 'vitest'
import { imagineCourse } from '../src/imagined-course.ts'

describe('imagineCourse', () => {
  const courses = Array.from({ length: 100_000 }, (_, index) => imagineCourse(index))

  it('gives every course its own id and title', () => {
    expect(new Set(courses.map(({ title }) => title)).size).toBe(courses.length)
    expect(new Set(courses.map(({ course_id }) => course_id)).size).toBe(courses.length)
    expect(courses[0]?.course_id).toBe('seed-000001')
  })

  it('imagines the same course again', () => {
    expect(imagineCourse(4_711)).toEqual(courses[4_711])
  })

  it('has six of ten courses in German or a regional variant of it', () => {
    const count = (pattern: RegExp) => courses.filter(({ language }) => pattern.test(language)).length

    expect(count(/^de(-AT|-CH)?$/)).toBe(60_000)
    expect(count(/^en(-GB)?$/)).toBe(40_000)
    for (const language of ['de', 'de-AT', 'de-CH', 'en', 'en-GB']) {
      expect(count(new RegExp(`^${language}$`))).toBeGreaterThan(3_000)
    }
  })

  it('follows the spelling rules of the language', () => {
    const findText = (wanted: string) =>
      courses.filter(({ language }) => language === wanted).map(({ title, description }) => `${title} ${description}`)

    expect(findText('de').join()).toMatch(/ß.*[äöü]/)
    expect(findText('de-CH').join()).not.toContain('ß')
    expect(findText('en').join()).not.toMatch(/[äöüß]/)
  })

  it('describes each course in 300 to 900 characters without unfilled placeholders', () => {
    const lengths = courses.map(({ description }) => description.length)

    expect(Math.min(...lengths)).toBeGreaterThanOrEqual(300)
    expect(Math.max(...lengths)).toBeLessThanOrEqual(900)
    expect(courses.filter(({ title, description }) => /[{}]| {2}/.test(title + description))).toEqual([])
  })
})
