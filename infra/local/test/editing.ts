import type { Editor } from '@coursewire/setup'
import { describe, expect, it } from 'vitest'
import { editCourse } from '../src/editing.ts'
import type { Stack } from '../src/stack.ts'

/** Edits a course on the running product that `getProduct` returns. */
export function describeEditing(getProduct: () => { stack: Stack; editor: Editor }): void {
  describe('a course that is edited', () => {
    it('tells of each change through events, and of what is new in a changelog while it is public', async () => {
      const { stack, editor } = getProduct()
      const names: string[] = []

      for await (const { name } of editCourse(stack, editor)) names.push(name)

      expect(names).toEqual([
        'distribution.created',
        'distribution.updated',
        'distribution.published',
        'distribution.micro_niche_created',
        'distribution.version_bumped',
        'changelog',
        'distribution.unpublished',
        'changelog',
        'distribution.deleted',
      ])
    })
  })
}
