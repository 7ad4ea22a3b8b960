import { describe, expect, it } from 'vitest'
import { nameLanguage, readable, splitDescription, writeDate, writeDuration } from './content.ts'

describe('a description', () => {
  it.each([
    ['', { lead: '', paragraphs: [] }],
    ['One.', { lead: 'One.', paragraphs: [] }],
    ['One.\n\nTwo\nlines.\n \n\nThree.', { lead: 'One.', paragraphs: ['Two\nlines.', 'Three.'] }],
  ])('%j begins beside the title and goes on below', (description, expected) => {
    expect(splitDescription(description)).toEqual(expected)
  })

  it('stays together below the title if its first paragraph is long', () => {
    const long = 'Word '.repeat(100)

    expect(splitDescription(`${long}\n\nTwo.`)).toEqual({ lead: '', paragraphs: [long, 'Two.'] })
  })
})

it.each([
  ['PT1H', '1 Stunde', '1 hour'],
  ['PT1H30M', '1 Stunde, 30 Minuten', '1 hour, 30 minutes'],
  ['P3W', '3 Wochen', '3 weeks'],
  ['PT0S', null, null],
  ['3 hours', null, null],
  ['P', null, null],
])('the duration %s is written %j in German and %j in English', (workload, german, english) => {
  expect([writeDuration(workload, 'de'), writeDuration(workload, 'en')]).toEqual([german, english])
})

it.each([
  ['2027-01-12', '12. Januar 2027', '12 January 2027'],
  ['2027-01-12T23:30:00.000000Z', '12. Januar 2027', '12 January 2027'],
  ['soon', null, null],
])('the moment %s is written %j in German and %j in English', (moment, german, english) => {
  expect([writeDate(moment, 'de'), writeDate(moment, 'en')]).toEqual([german, english])
})

it.each([
  ['de', 'Deutsch', 'German'],
  ['tr', 'Türkisch', 'Turkish'],
  ['not a language', 'not a language', 'not a language'],
])('the language %s is called %s in German and %s in English', (tag, german, english) => {
  expect([nameLanguage(tag, 'de'), nameLanguage(tag, 'en')]).toEqual([german, english])
})

it('a target group that is written as a key is shown as words', () => {
  expect(readable('career_changers')).toBe('career changers')
  expect(readable('Gründerinnen')).toBe('Gründerinnen')
})
