import { useMutation } from '@tanstack/react-query'
import { createContext, type ReactNode, type SubmitEvent, useContext, useId, useRef, useState } from 'react'
import { Refusal } from './api.ts'
import { Problem } from './parts.tsx'
import type { FieldName } from './words.en.ts'
import { useWords } from './words.tsx'

interface Marks {
  fields: string[]
  /** The API has called the password of the account wrong. */
  isPasswordWrong: boolean
}
const Marked = createContext<Marks>({ fields: [], isPasswordWrong: false })

interface FormProps<Answer> {
  send: (values: Record<string, string>) => Promise<Answer>
  onSent: (answer: Answer, form: HTMLFormElement) => void | Promise<void>
  button: ReactNode
  /** Beside the button. */
  other?: ReactNode
  /** The field that holds the password of the account, which the API may call wrong. */
  passwordField?: string
  className?: string
  children: ReactNode
}

/** A form with the browser's own checks and our own words. What the API calls invalid is said at the field as well. */
export function Form<Answer>({
  send,
  onSent,
  button,
  other,
  passwordField,
  className = 'form',
  children,
}: FormProps<Answer>) {
  const [invalid, setInvalid] = useState<string[]>([])
  const form = useRef<HTMLFormElement>(null)
  const { mutate, isPending, error } = useMutation({
    mutationFn: send,
    onSuccess: (answer) => {
      if (form.current) return onSent(answer, form.current)
    },
    onError: (problem) => {
      if (!(problem instanceof Refusal)) return
      mark(problem.code === 'password.wrong' && passwordField ? [passwordField] : problem.fields)
    },
  })
  function mark(names: string[]) {
    setInvalid(names)
    form.current?.querySelector<HTMLElement>(`[name="${CSS.escape(names[0] ?? '')}"]`)?.focus()
  }
  function submit(event: SubmitEvent<HTMLFormElement>) {
    event.preventDefault()
    // The second half of a double click.
    if (isPending) return
    const fields = [...event.currentTarget.querySelectorAll<HTMLInputElement>('[name]')]
    const wrong = fields.filter(({ validity }) => !validity.valid).map(({ name }) => name)
    mark(wrong)
    if (wrong.length === 0) mutate(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>)
  }
  // The fields say it already.
  const isPasswordWrong = error instanceof Refusal && error.code === 'password.wrong'
  const isInvalid = error instanceof Refusal && error.code === 'request.invalid'
  const isMarked = invalid.length > 0 && (isInvalid || isPasswordWrong)
  return (
    <form ref={form} className={className} noValidate onSubmit={submit}>
      <Marked value={{ fields: invalid, isPasswordWrong }}>{children}</Marked>
      {error && !isMarked ? <Problem error={error} /> : null}
      <div className="form-do">
        {other}
        <button className="button" type="submit" aria-disabled={isPending}>
          {button}
        </button>
      </div>
    </form>
  )
}

interface FieldProps {
  /** As the API calls it. */
  name: string
  /** The field's words go by this. */
  kind: FieldName
  type?: 'text' | 'email' | 'password'
  autoComplete: string
  hint?: string
  defaultValue?: string
  minLength?: number
}

export function Field({ name, kind, type = 'text', hint, ...rest }: FieldProps) {
  const words = useWords()
  const { label, invalid } = words.fields[kind]
  const { fields, isPasswordWrong } = useContext(Marked)
  const isInvalid = fields.includes(name)
  const id = useId()
  const described = [isInvalid ? `${id}e` : '', hint ? `${id}h` : ''].join(' ').trim()
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={type}
        required
        // More is refused by the API, at this field.
        maxLength={type === 'text' ? 200 : undefined}
        className="input"
        aria-invalid={isInvalid || undefined}
        aria-describedby={described || undefined}
        {...rest}
      />
      {hint ? (
        <p className="hint" id={`${id}h`}>
          {hint}
        </p>
      ) : null}
      {isInvalid ? (
        <p className="error" id={`${id}e`}>
          {isPasswordWrong && kind === 'currentPassword' ? words.problems['password.wrong'] : invalid}
        </p>
      ) : null}
    </div>
  )
}
