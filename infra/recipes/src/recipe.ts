/** One step of a recipe, as a reader would do it. */
export type Step =
  | { kind: 'write'; path: string; text: string }
  | { kind: 'edit'; path: string; changes: Change[] }
  | { kind: 'run'; commands: string }

/** Lines of a file, and what stands in their place afterwards. */
interface Change {
  before: string
  after: string
}

export interface Recipe {
  title: string
  steps: Step[]
}

/**
 * Reads the recipes of CONTRIBUTING.md: each heading below "## Recipes" is one, each of its code blocks a step. `sh` runs in the
 * root. Any other block belongs to the file that the line before it ends with: `diff` changes it, and the rest is all of it.
 */
export function readRecipes(markdown: string): Recipe[] {
  const [, chapter = ''] = markdown.split(/^## Recipes$/m)
  const [, ...sections] = (chapter.split(/^## /m)[0] ?? '').split(/^### /m)
  return sections.map((section) => {
    const [title = ''] = section.split('\n', 1)
    return { title, steps: readSteps(title, section) }
  })
}

function readSteps(title: string, section: string): Step[] {
  const blocks = section.matchAll(/(?:`([^`\n]+)`:\n+)?^```(\w+)\n([^]*?)^```$/gm)
  return [...blocks].map(([, path, language, text = '']) => {
    if (language === 'sh') return { kind: 'run', commands: text }
    if (path === undefined) throw new Error(`"${title}" has a block without a file:\n${text}`)
    return language === 'diff' ? { kind: 'edit', path, changes: readChanges(text) } : { kind: 'write', path, text }
  })
}

/** Reads the hunks of a diff, separated by `@@`. They have no line numbers, because a reader finds them by their lines. */
function readChanges(diff: string): Change[] {
  return diff.split(/^@@\n/m).map((hunk) => {
    const lines = hunk.split('\n').slice(0, -1)
    const without = (sign: string) =>
      lines
        .filter((line) => !line.startsWith(sign))
        .map((line) => `${line.slice(1)}\n`)
        .join('')
    return { before: without('+'), after: without('-') }
  })
}

/** Throws if the lines to change are missing or not unique. */
export function applyChanges(text: string, changes: Change[]): string {
  return changes.reduce((changed, { before, after }) => {
    const parts = `\n${changed}`.split(`\n${before}`)
    if (parts.length !== 2) throw new Error(`${parts.length - 1} places have these lines:\n${before}`)
    return parts.join(`\n${after}`).slice(1)
  }, text)
}
