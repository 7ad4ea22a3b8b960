import { decodeWords, listHeaders, writeSource } from './mail.js'

const NEWEST = 200
const POLL_MS = 1000
const VIEWS = ['html', 'text', 'source']

const byId = (id) => document.getElementById(id)
const [list, article, status] = [byId('mails'), byId('mail'), byId('status')]
const links = () => [...list.querySelectorAll('a')]
const openId = () => decodeURIComponent(location.hash.slice(1))

let known = 0
let view = 'html'

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties)
  made.append(...children)
  return made
}

function timeOf(at) {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const short = isToday ? { hour: '2-digit', minute: '2-digit' } : { day: 'numeric', month: 'short' }
  return element('time', { dateTime: at, title: date.toLocaleString(), textContent: date.toLocaleString([], short) })
}

function renderRow(mail) {
  const row = element(
    'a',
    { href: `#${mail.id}` },
    element('span', {
      className: 'recipient',
      textContent: [...mail.to, ...mail.cc, ...mail.bcc].map(decodeWords).join(', '),
    }),
    timeOf(mail.at),
    element('span', { className: 'subject', textContent: mail.subject || '(no subject)' }),
    element('span', { className: 'sender', textContent: decodeWords(mail.from) }),
  )
  return element('li', {}, row)
}

async function refresh() {
  const response = await fetch(`/_inbox?from=${known || -NEWEST}`)
  const total = Number(response.headers.get('x-total-count'))
  if (total < known) return location.reload()
  const mails = await response.json()
  list.prepend(...mails.map(renderRow).reverse())
  known = total
  byId('empty').hidden = total > 0
  byId('hint').hidden = total === 0 || !article.hidden
  const shown = list.children.length
  const text = total > shown ? `newest ${shown} of ${total}` : total > 0 ? `${total} received` : ''
  // Only updated on a change, so that a screen reader speaks only then.
  if (status.textContent !== text) status.textContent = text
  if (mails.length > 0) markCurrent()
}

async function poll() {
  try {
    if (!document.hidden) await refresh()
  } catch {
    status.textContent = 'Not connected, trying again'
  }
  setTimeout(() => void poll(), POLL_MS)
}

function markCurrent() {
  for (const link of links()) {
    if (link.hash.slice(1) === openId()) link.setAttribute('aria-current', 'true')
    else link.removeAttribute('aria-current')
  }
}

function showView(next) {
  view = next
  for (const name of VIEWS) {
    byId(`tab-${name}`).setAttribute('aria-selected', String(name === view))
    byId(`tab-${name}`).tabIndex = name === view ? 0 : -1
    byId(`view-${name}`).hidden = name !== view
  }
}

async function showMail() {
  const id = openId()
  markCurrent()
  const response = id ? await fetch(`/_inbox/${encodeURIComponent(id)}`) : null
  // Another mail was opened before this answer arrived.
  if (id !== openId()) return
  article.hidden = !response?.ok
  byId('hint').hidden = !article.hidden || known === 0
  document.title = 'Inbox'
  if (!response?.ok) {
    // A link to a mail that no longer exists leads to the list.
    if (id) history.replaceState(null, '', location.pathname)
    return
  }

  const mail = await response.json()
  document.title = `${mail.subject} · Inbox`
  byId('subject').textContent = mail.subject || '(no subject)'
  byId('headers').replaceChildren(
    ...listHeaders(mail).flatMap(([name, value]) => [
      element('dt', { textContent: name }),
      element('dd', { textContent: decodeWords(value) }),
    ]),
  )
  byId('view-html').replaceChildren(
    mail.html
      ? element('iframe', {
          title: 'Mail',
          src: `/_inbox/${id}/html`,
          sandbox: 'allow-popups allow-popups-to-escape-sandbox',
        })
      : element('pre', { textContent: mail.text }),
  )
  byId('view-text').firstElementChild.textContent = mail.text ?? 'This mail has no plain text.'
  byId('view-source').firstElementChild.textContent = writeSource(mail)
  byId('subject').focus()
}

function close() {
  const current = links().find((link) => link.hash.slice(1) === openId())
  history.pushState(null, '', location.pathname)
  void showMail()
  current?.focus()
}

function step(by) {
  const all = links()
  const inList = list.contains(document.activeElement)
  const at = all.findIndex((link) => (inList ? link === document.activeElement : link.hash.slice(1) === openId()))
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)]
  if (inList || article.hidden) next?.focus()
  else if (next) location.hash = next.hash
}

function stepView(by) {
  showView(VIEWS[(VIEWS.indexOf(view) + by + VIEWS.length) % VIEWS.length])
  byId(`tab-${view}`).focus()
}

function actionOf({ key, target }) {
  // In an open mail the arrow keys scroll.
  const arrowsChoose = article.hidden || list.contains(target)
  if (key === 'j' || (key === 'ArrowDown' && arrowsChoose)) return () => step(1)
  if (key === 'k' || (key === 'ArrowUp' && arrowsChoose)) return () => step(-1)
  if (article.hidden) return null
  if (key === 'Escape') return close
  if (VIEWS[Number(key) - 1]) return () => showView(VIEWS[Number(key) - 1])
  if (target.role === 'tab' && key === 'ArrowRight') return () => stepView(1)
  if (target.role === 'tab' && key === 'ArrowLeft') return () => stepView(-1)
  return null
}

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  const action = actionOf(event)
  if (!action) return
  event.preventDefault()
  action()
})
addEventListener('hashchange', () => void showMail())
for (const name of VIEWS) byId(`tab-${name}`).addEventListener('click', () => showView(name))
article.querySelector('.back').addEventListener('click', (event) => {
  event.preventDefault()
  close()
})

byId('origin').textContent = location.origin
showView(view)
void poll()
if (openId()) void showMail()
