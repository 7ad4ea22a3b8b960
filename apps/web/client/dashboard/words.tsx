import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { chooseWording, type Language, type Wording } from './language.ts'
import type { Words } from './words.en.ts'

interface Chosen extends Wording {
  setLanguage: (language: Language) => void
}
const Context = createContext<Chosen | null>(null)

export function useLanguage(): Chosen {
  const chosen = useContext(Context)
  if (!chosen) throw new Error('There is no WordsProvider')
  return chosen
}
export const useWords = (): Words => useLanguage().words

export function WordsProvider({ first, children }: { first: Wording; children: ReactNode }) {
  const [wording, setWording] = useState(first)
  useEffect(() => {
    document.documentElement.lang = wording.language
  }, [wording.language])
  // A language that cannot be loaded now is there after the next start.
  const setLanguage = (language: Language) => void chooseWording(language).then(setWording, () => {})
  return <Context value={{ ...wording, setLanguage }}>{children}</Context>
}
