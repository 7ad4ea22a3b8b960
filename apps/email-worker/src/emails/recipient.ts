import { cutText, showLine } from '@coursewire/events'

const MAX_NAME_LENGTH = 60

/**
 * A name as it may stand in a mail. Anybody can sign up under any name, and a mail client makes links of what looks like
 * one: an invisible break behind each dot, colon, slash and at sign keeps `www.example.com` mere text.
 */
export function tameName(name: string): string {
  const visible = showLine(name)
    .replace(/[\p{Bidi_Control}\u200b\u2060\ufeff]/gu, '')
    .trim()
  return cutText(visible, MAX_NAME_LENGTH).replace(/[.:/@](?=\S)/g, '$&\u200b')
}
