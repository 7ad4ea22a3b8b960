import { useRouterState } from '@tanstack/react-router'
import { useEffect, useSyncExternalStore } from 'react'
import type { Words } from './words.en.ts'
import { useWords } from './words.tsx'

interface Notice {
  say: (words: Words) => string
  isBad: boolean
  /** The page that it belongs to. Null until the next page is there. */
  page: string | null
}

let current: Notice | null = null
const listeners = new Set<() => void>()

function show(notice: Notice | null): void {
  current = notice
  for (const listener of listeners) listener()
}

/** Tells the person what has happened, above this page or, if the caller is about to leave it, above the next one. */
export function notify(say: Notice['say'], { isBad = false, onNextPage = false } = {}): void {
  show({ say, isBad, page: onNextPage ? null : window.location.pathname })
}

/** The place where notices appear. A screen reader reads them out. */
export function Notices() {
  const words = useWords()
  const path = useRouterState({ select: ({ location }) => location.pathname })
  const notice = useSyncExternalStore(
    (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    () => current,
  )
  useEffect(() => {
    if (!path || !current) return
    const page = window.location.pathname
    current.page ??= page
    if (current.page !== page) show(null)
  }, [path])
  return (
    <div className="notices" role="status">
      {notice ? (
        <p className={notice.isBad ? 'notice bad' : 'notice'}>
          {notice.say(words)}
          <button type="button" className="theme" aria-label={words.close} onClick={() => show(null)}>
            <svg viewBox="0 0 20 20" aria-hidden="true">
              <path className="line" d="M5 5l10 10M15 5L5 15" />
            </svg>
          </button>
        </p>
      ) : null}
    </div>
  )
}
