/** Decodes names such as `=?utf-8?B?SsO8cmdlbg==?= <j@example.org>` (RFC 2047). */
export function decodeWords(text) {
  return text.replace(/=\?([\w-]+)\?([bq])\?([^?]*)\?=(\s+(?==\?))?/gi, (word, charset, encoding, data) => {
    try {
      const binary =
        encoding.toLowerCase() === 'b'
          ? atob(data)
          : data
              .replaceAll('_', ' ')
              .replace(/=([\da-f]{2})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
      return new TextDecoder(charset).decode(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
    } catch {
      return word
    }
  })
}

export function listHeaders(mail) {
  const headers = [
    ['From', mail.from],
    ['To', mail.to.join(', ')],
    ['Cc', mail.cc.join(', ')],
    ['Bcc', mail.bcc.join(', ')],
    ['Reply-To', mail.replyTo.join(', ')],
    ['Date', new Date(mail.at).toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' })],
    ['Attached', (mail.attachments ?? []).map(({ name, type }) => name ?? type).join(', ')],
  ]
  return headers.filter(([, value]) => value !== '')
}

/** Writes the mail as SES would send it, without encoding. */
export function writeSource(mail) {
  const tags = Object.entries(mail.tags).map(([name, value]) => `${name}=${value}`)
  const headers = [
    ...listHeaders(mail).filter(([name]) => name !== 'Date' && name !== 'Attached'),
    ['Subject', mail.subject],
    ...(mail.headers ?? []).map(({ name, value }) => [name, value]),
    ['Date', new Date(mail.at).toUTCString()],
    ['Message-ID', `<${mail.id}>`],
    ['X-SES-CONFIGURATION-SET', mail.configurationSetName],
    ['X-SES-MESSAGE-TAGS', tags.join(', ')],
    ['MIME-Version', '1.0'],
    ['Content-Type', 'multipart/alternative; boundary="part"'],
  ]
  const parts = [
    ['text/plain', mail.text],
    ['text/html', mail.html],
  ]
  return [
    ...headers.filter(([, value]) => value).map(([name, value]) => `${name}: ${value}`),
    ...parts
      .filter(([, body]) => body)
      .map(([type, body]) => `\n--part\nContent-Type: ${type}; charset=utf-8\n\n${body.trimEnd()}`),
    ...(mail.attachments ?? []).map(
      ({ name, type, base64 }) =>
        `\n--part\nContent-Type: ${type}; name="${name ?? ''}"\nContent-Transfer-Encoding: base64\n\n${base64}`,
    ),
    '\n--part--',
  ].join('\n')
}
