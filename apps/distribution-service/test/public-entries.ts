import { expect } from 'vitest'
import { startAsEditor } from './helpers.ts'

export type Editor = Awaited<ReturnType<typeof startAsEditor>>
type Draft = { title: string; [field: string]: unknown }

/** An editor whose entries, made from these drafts, are public but for those called Hidden. */
export async function startWithPublic(...drafts: Draft[]) {
  const editor = await startAsEditor()
  for (const draft of drafts) await publish(editor, draft)
  return editor
}

/** Belongs to a course of its own, if no other is named. */
export async function publish(editor: Editor, { title, ...draft }: Draft) {
  const entry = await editor.create({ courseId: `course of ${title}`, title, targetGroup: ['readers'], ...draft })
  if (title !== 'Hidden') await editor.call('POST', `/${entry.id}/publish`)
  return entry
}

/** The titles of what `GET /api/courses` lists, page after page. */
export async function find(editor: Editor, query: Record<string, string>, limit = 100): Promise<string[]> {
  const titles: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const parameters = new URLSearchParams({ ...query, limit: String(limit), ...(cursor && { cursor }) })
    const { status, body } = await editor.callAny('GET', `/api/courses?${parameters.toString()}`)
    expect(status).toBe(200)
    titles.push(...body.items.map((item: { title: string }) => item.title))
    cursor = body.nextCursor
  }
  return titles
}
