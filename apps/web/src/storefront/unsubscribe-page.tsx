/** @jsxImportSource preact */
import type { Assets } from '../pages/assets.ts'
import { renderDocument } from './document.tsx'
import { listPath } from './links.ts'
import type { Site } from './types.ts'
import { getWords, type Language, type Words } from './wording.ts'

/** Renders what the link to unsubscribe shows: the question, or what became of it. The form leads to the address that the page is at. */
export function renderUnsubscribe(page: {
  step: keyof Words['unsubscribe']
  language: Language
  site: Site
  assets: Assets
}): string {
  const { step, language, site, assets } = page
  const words = getWords(language)
  const { title, text } = words.unsubscribe[step]
  return renderDocument(
    { site, assets, language, title, description: text, isHidden: true },
    <main id="content" className="catalogue">
      <section className="state">
        <h1>{title}</h1>
        <p>{text}</p>
        {step === 'ask' ? (
          <form method="post">
            <button className="button" type="submit">
              {words.unsubscribe.ask.button}
            </button>
          </form>
        ) : null}
        <a href={listPath(language)}>{words.allCourses}</a>
      </section>
    </main>,
  )
}
