import { expect, test } from 'vitest'
import { writeCalendar } from './calendar.ts'

const day = {
  uid: 'u-1@learn.example.com',
  date: '2027-01-12',
  title: 'Rust Basics',
  url: 'https://learn.example.com/courses/rust',
  writtenAt: '2026-03-03T09:30:00.123456Z',
}

test('a calendar file has one whole day, with its title and its page', () => {
  expect(writeCalendar(day).split('\r\n')).toEqual([
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Coursewire//email-worker//EN',
    'METHOD:PUBLISH',
    'BEGIN:VEVENT',
    'UID:u-1@learn.example.com',
    'DTSTAMP:20260303T093000Z',
    'DTSTART;VALUE=DATE:20270112',
    'SUMMARY:Rust Basics',
    'URL:https://learn.example.com/courses/rust',
    'TRANSP:TRANSPARENT',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ])
})

test('commas, semicolons and backslashes of a title are text', () => {
  expect(writeCalendar({ ...day, title: 'C:\\Rust; fast, safe' })).toContain(
    '\r\nSUMMARY:C:\\\\Rust\\; fast\\, safe\r\n',
  )
})

test('long lines continue within 75 octets, and never break a character', () => {
  const title = '日本語 und Grüße 👋 '.repeat(20).trim()

  const written = writeCalendar({ ...day, title })

  for (const line of written.split('\r\n')) {
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75)
    expect(line.isWellFormed()).toBe(true)
  }
  expect(written.replaceAll('\r\n ', '')).toContain(`\r\nSUMMARY:${title}\r\n`)
})
