import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ReactElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { composeAll } from './examples.ts'

interface Page {
  type: string
  body: string
}

type Shown = Awaited<ReturnType<typeof composeAll>>[number]

/** Serves every mail with example data, on this machine alone. */
export async function startPreview({ port }: { port: number }): Promise<{ url: string; close(): void }> {
  const mails = await composeAll()
  const pages = new Map<string, Page>([['/', renderPage(<Index mails={mails} />)], ...mails.flatMap(servePages)])
  const server = createServer(({ url = '/' }, response) => {
    const page = pages.get(url)
    response.writeHead(page ? 200 : 404, { 'content-type': `${page?.type ?? 'text/plain'}; charset=utf-8` })
    response.end(page?.body ?? 'No such mail')
  }).listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => void server.close(),
  }
}

const html = (body: string): Page => ({ type: 'text/html', body })
const renderPage = (page: ReactElement) => html(`<!doctype html>${renderToStaticMarkup(page)}`)

/** The same mail as it looks in a light and a dark mail client and on a phone, and its other parts. */
function servePages({ path, mail }: Shown): [string, Page][] {
  const look = (scheme: string) => mail.html.replace('(prefers-color-scheme: dark)', scheme)
  return [
    [`${path}/light`, html(look('not all'))],
    [`${path}/dark`, html(look('all'))],
    [`${path}/phone`, renderPage(<Phone path={path} />)],
    [`${path}/text`, { type: 'text/plain', body: mail.text }],
    ...(mail.attachments ?? []).map(({ filename, content }): [string, Page] => [
      `${path}/${filename}`,
      { type: 'text/plain', body: content },
    ]),
  ]
}

function Phone({ path }: { path: string }) {
  return (
    <html lang="en">
      <head>
        <title>{path}</title>
      </head>
      <body style={{ background: '#808080', margin: 24 }}>
        {['light', 'dark'].map((scheme) => (
          <iframe
            key={scheme}
            title={scheme}
            src={`${path}/${scheme}`}
            width="375"
            height="812"
            style={{ border: 0, marginRight: 24 }}
          />
        ))}
      </body>
    </html>
  )
}

function Index({ mails }: { mails: Shown[] }) {
  return (
    <html lang="en">
      <head>
        <title>Mails</title>
        <meta name="color-scheme" content="light dark" />
        <style>
          {
            'body { font: 15px/1.5 system-ui; margin: 2rem } td, th { padding: 2px 16px 2px 0; text-align: left } td:nth-last-child(-n+2) { white-space: nowrap }'
          }
        </style>
      </head>
      <body>
        <h1>Mails</h1>
        <table>
          <thead>
            <tr>
              {['Mail', 'Language', 'Direction', 'Subject', 'HTML', 'Look at it'].map((title) => (
                <th key={title}>{title}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {mails.map(({ name, language, direction, path, mail }) => (
              <tr key={path}>
                <td>{name}</td>
                <td>{language}</td>
                <td>{direction}</td>
                <td dir="auto">{mail.subject}</td>
                <td>{`${(Buffer.byteLength(mail.html) / 1_000).toFixed(1)} kB`}</td>
                <td>
                  {['light', 'dark', 'phone', 'text', ...(mail.attachments ?? []).map(({ filename }) => filename)].map(
                    (view) => (
                      <span key={view}>
                        <a href={`${path}/${view}`}>{view}</a>{' '}
                      </span>
                    ),
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </body>
    </html>
  )
}
