import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'

const en = {
  myCourses: 'My courses',
  courses: 'Courses',
  account: 'Account',
  signOut: 'Sign out',
  signIn: 'Sign in',
  signUp: 'Create account',
  skip: 'Skip to content',
  theme: 'Light or dark appearance',
  menu: 'Your account',
  welcome: 'Pick up where you left off',
  continue: 'Continue Learning',
  review: 'Look back',
  begin: 'Start Learning',
  all: 'All',
  active: 'In progress',
  completed: 'Completed',
  yours: 'Your courses',
  which: 'Which courses',
  done: (n: number, of: number) => `${n} of ${of} lessons`,
  more: (title: string) => `More for ${title}`,
  leave: 'Leave this course',
  leaveSure: (title: string) => `Leave “${title}”?`,
  leaveWhat: 'Your progress stays. You can come back at any time.',
  cancel: 'Stay',
  page: 'Course page',
  email: 'Email',
  password: 'Password',
  wrong: 'Address and password do not belong together.',
  emailMissing: 'Enter the address you signed up with.',
  passwordMissing: 'Enter your password.',
  toSignUp: 'No account yet?',
  intro: 'Your courses wait where you left them.',
  none: 'No course here yet',
  noneWhat: 'Find one that suits you. You begin at lesson one, in your own time.',
  browse: 'Browse courses',
  failed: 'Your courses cannot be shown right now',
  again: 'Try again',
  pendingDone: 'You are enrolled.',
  pendingRefused: 'This course is not open for enrolment any more.',
  finishedOn: (d: Date) => `Completed on ${new Intl.DateTimeFormat('en-GB', { dateStyle: 'long' }).format(d)}`,
  language: 'Deutsch',
  beads: (n: number, of: number) => `${n} of ${of} lessons done`,
  loading: 'Loading your courses',
  inbox: 'Check your inbox',
  inboxWhat: 'We have sent you a link. It can be opened on any device; what you wanted to enroll in comes along.',
  confirm: 'Confirm your address',
  confirmWhat: 'One click, and your account is ready.',
  linkOver: 'This link was used already or is too old.',
  oops: 'Something does not work right now',
}
export type Words = typeof en
const load: Record<string, () => Promise<Words>> = {
  en: async () => en,
  de: () => import('./words.de.ts').then((m) => m.de),
}
const Context = createContext<{ words: Words; language: string; setLanguage: (l: string) => void }>({
  words: en,
  language: 'en',
  setLanguage: () => {},
})

export const initialLanguage = () =>
  localStorage.getItem('coursewire.language') ?? (navigator.language.startsWith('de') ? 'de' : 'en')
export const useWords = () => useContext(Context).words
export const useLanguage = () => useContext(Context)

export function WordsProvider({ language: first, children }: { language: string; children: ReactNode }) {
  const [language, setLanguage] = useState(first)
  const [words, setWords] = useState<Words | undefined>(first === 'en' ? en : undefined)
  useEffect(() => {
    let current = true
    document.documentElement.lang = language
    localStorage.setItem('coursewire.language', language)
    void load[language]?.().then((w) => {
      if (current) setWords(w)
    })
    return () => {
      current = false
    }
  }, [language])
  return words ? <Context value={{ words, language, setLanguage }}>{children}</Context> : null
}
