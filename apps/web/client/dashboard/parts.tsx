import { Link } from '@tanstack/react-router'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { explain, isUnverified } from './problems.ts'
import { useWords } from './words.tsx'

/** Names the page in the tab and in the history. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Coursewire`
  }, [title])
}

/** A button that opens a short list of actions. Light dismiss, Esc and the return of the focus are the browser's own. */
export function Menu({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <>
      <button type="button" className="theme" popoverTarget={id} aria-label={label}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          {icon}
        </svg>
      </button>
      <div id={id} popover="auto" className="menu" onClick={(event) => event.currentTarget.hidePopover()}>
        {children}
      </div>
    </>
  )
}

/** Asks before something is done. That the focus stays inside, and Esc, are the browser's own. */
export function Dialog({
  opener,
  title,
  children,
}: {
  opener: (open: () => void) => ReactNode
  title: string
  children: (close: () => void) => ReactNode
}) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  const [isOpen, setIsOpen] = useState(false)
  useEffect(() => {
    if (isOpen) dialog.current?.showModal()
  }, [isOpen])
  function open() {
    // First, because the dialog gives the focus back to where it is now.
    document.activeElement?.closest<HTMLElement>('[popover]')?.hidePopover()
    setIsOpen(true)
  }
  return (
    <>
      {opener(open)}
      {isOpen ? (
        <dialog ref={dialog} className="dialog" aria-labelledby={id} onClose={() => setIsOpen(false)}>
          <h2 id={id}>{title}</h2>
          {children(() => dialog.current?.close())}
        </dialog>
      ) : null}
    </>
  )
}

/** Says what went wrong, and what to do next. */
export function Problem({ error }: { error: unknown }) {
  const words = useWords()
  return (
    <p className="error" role="alert">
      {explain(error, words)} {isUnverified(error) ? <Link to="/reset">{words.reset}</Link> : null}
    </p>
  )
}

/** A short wire, whose first lesson is still ahead. */
export function Motif() {
  return (
    <svg className="motif" viewBox="0 0 132 20" aria-hidden="true">
      <path className="thread" d="M10 10H122" />
      {[10, 38, 66, 94, 122].map((x) => (
        <circle key={x} className="bead" cx={x} cy={10} r={6} />
      ))}
    </svg>
  )
}

/** A page shows this in place of its content. */
export function State({ title, text, children }: { title: string; text?: ReactNode; children?: ReactNode }) {
  return (
    <section className="state">
      <Motif />
      <h1>{title}</h1>
      {text ? <p>{text}</p> : null}
      {children}
    </section>
  )
}

/** Says that the content is on its way. It appears only after a moment, so that nothing flickers. */
export function Loading() {
  const words = useWords()
  return (
    <p className="loading" role="status">
      {words.loading}
    </p>
  )
}

/** The content could not be loaded. */
export function Failed({ title, error, retry }: { title: string; error: unknown; retry: () => void }) {
  const words = useWords()
  return (
    <State title={title} text={explain(error, words)}>
      <button type="button" className="button" onClick={retry}>
        {words.again}
      </button>
    </State>
  )
}
