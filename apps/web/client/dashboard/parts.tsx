import { type ReactNode, useId, useRef } from 'react'

/** A button that opens a short list of actions. The browser's own popover: light dismiss, Esc, focus return and top layer come with it. */
export function Menu({ label, icon, children }: { label: string; icon: ReactNode; children: ReactNode }) {
  const id = useId()
  return (
    <>
      <button type="button" className="theme" popoverTarget={id} aria-label={label}>
        <svg viewBox="0 0 20 20" aria-hidden="true">
          {icon}
        </svg>
      </button>
      <div id={id} popover="auto" className="menu" onClick={(e) => e.currentTarget.hidePopover()}>
        {children}
      </div>
    </>
  )
}

/** Asks before something is done. The browser's own modal dialog: focus stays inside, Esc closes, the page behind is inert. */
export function Confirm({
  opener,
  title,
  text,
  yes,
  no,
  onYes,
}: {
  opener: (open: () => void) => ReactNode
  title: string
  text: string
  yes: string
  no: string
  onYes: () => void
}) {
  const id = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  function open() {
    document.activeElement?.closest<HTMLElement>('[popover]')?.hidePopover() // first: the dialog gives focus back to where it is now
    dialog.current?.showModal()
  }
  return (
    <>
      {opener(open)}
      <dialog
        ref={dialog}
        role="alertdialog"
        className="dialog"
        aria-labelledby={`${id}t`}
        aria-describedby={`${id}d`}
        onClose={(e) => {
          if (e.currentTarget.returnValue === 'yes') onYes()
        }}
      >
        <h2 id={`${id}t`}>{title}</h2>
        <p id={`${id}d`}>{text}</p>
        <form method="dialog" className="dialog-do">
          <button type="submit" className="button quiet" value="no">
            {no}
          </button>
          <button type="submit" className="button" value="yes">
            {yes}
          </button>
        </form>
      </dialog>
    </>
  )
}

type FieldProps = {
  name: string
  label: string
  type: 'email' | 'password' | 'text'
  autoComplete: string
  error: string | undefined
}
export function Field({ name, label, type, autoComplete, error }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        autoComplete={autoComplete}
        required
        className="input"
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? `${id}e` : undefined}
      />
      {error ? (
        <p className="error" id={`${id}e`}>
          {error}
        </p>
      ) : null}
    </div>
  )
}
