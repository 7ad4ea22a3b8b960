import { expect, test } from 'vitest'
import { dropTurns, isolate } from './direction.ts'

test('only right-to-left text is isolated', () => {
  for (const text of ['Rust', 'Größe', '日本語', 'Тест', '👩‍💻', '']) expect(isolate(text)).toBe(text)
  for (const text of ['עברית', 'Rust بالعربية', '\u{1e900}', '\ufefb'])
    expect(isolate(text)).toBe(`\u2068${text}\u2069`)
})

test('characters that change the text direction are removed', () => {
  expect(dropTurns('\u202eRust\u202c \u2067Basics\u2066 \u200fعربي')).toBe('Rust Basics \u200fعربي')
})
