/** @jsxImportSource preact */
import type { Assets } from '../pages/assets.ts'
import { renderDocument } from './document.tsx'
import { listPath } from './links.ts'
import { SearchForm } from './parts.tsx'
import type { Site } from './types.ts'
import { getWords, type Language, type MessageKind } from './wording.ts'

/** Renders the page that is shown instead of one that cannot be, in the visitor's language. */
export function renderMessage(message: { kind: MessageKind; language: Language; site: Site; assets: Assets }): string {
  const { kind, language, site, assets } = message
  const words = getWords(language)
  const { title, text } = words.messages[kind]
  return renderDocument(
    { site, assets, language, title, description: text, isHidden: true },
    <main id="content" className="catalogue">
      <section className="state">
        <h1>{title}</h1>
        <p>{text}</p>
        <SearchForm language={language} words={words} />
        <a href={listPath(language)}>{words.allCourses}</a>
      </section>
    </main>,
  )
}
