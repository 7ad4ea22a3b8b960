import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { ENROLLED, tab } from '../storage.ts'
import { enrollment } from './api.ts'
import { Form } from './form.tsx'
import { notify } from './notices.tsx'
import { Dialog } from './parts.tsx'
import type { Words } from './words.en.ts'
import { useWords } from './words.tsx'

type Reason = keyof Words['reasons']

/** Asks why, and ends the enrolment. */
export function Leave(props: {
  courseId: string
  title: string
  onLeft?: () => void
  opener: (open: () => void) => ReactNode
}) {
  const { courseId, title, onLeft, opener } = props
  const words = useWords()
  const queries = useQueryClient()
  const id = useId()
  async function leave({ reason, comment }: Record<string, string>) {
    const body = { reason: reason as Reason, ...(comment?.trim() && { comment: comment.trim() }) }
    await enrollment.DELETE('/api/enrollments/{courseId}', { params: { path: { courseId } }, body })
    tab.set(ENROLLED, null)
  }
  return (
    <Dialog title={words.leaveSure(title)} opener={opener}>
      {(close) => (
        <Form
          className="form in-dialog"
          send={leave}
          onSent={() => {
            notify(({ left }) => left(title), { onNextPage: onLeft !== undefined })
            onLeft?.()
            close()
            void queries.invalidateQueries({ queryKey: ['enrollments'] })
          }}
          button={words.leave}
          other={
            <button type="button" className="button quiet" onClick={close}>
              {words.stay}
            </button>
          }
        >
          <p className="hint">{words.leaveWhat}</p>
          <fieldset className="choices">
            <legend>{words.leaveWhy}</legend>
            {(Object.entries(words.reasons) as [Reason, string][]).map(([reason, label]) => (
              <label key={reason}>
                <input type="radio" name="reason" value={reason} defaultChecked={reason === 'no_time'} />
                {label}
              </label>
            ))}
          </fieldset>
          <div className="field">
            <label htmlFor={id}>{words.fields.comment.label}</label>
            <textarea id={id} name="comment" className="input" rows={3} maxLength={2_000} />
          </div>
        </Form>
      )}
    </Dialog>
  )
}
