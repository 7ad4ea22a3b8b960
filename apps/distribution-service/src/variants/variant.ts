import { AppError } from '@coursewire/service-kit'
import { fieldNames, pickFields } from '../entries/content.ts'
import { type Change, type Distribution, edit, findChange, readContent } from '../entries/distribution.ts'

/** The part of a change to its parent or its course that a distribution follows: content that is not protected. */
export function followed({ protectedFields }: Distribution, change: Change): Change {
  const names = fieldNames.filter((name) => name in change && !protectedFields.includes(name))
  return pickFields(change, names)
}

/** Like {@link edit}, for a variant: content that is no longer protected becomes that of the parent. Throws `conflict`. */
export function editVariant(before: Distribution, parent: Distribution, wanted: Change): Change {
  const change = edit(before, wanted)
  const after = { ...before, ...change }
  const id = { distributionId: before.id }
  if (change.language !== undefined || after.protectedFields.includes('language')) {
    throw new AppError('conflict', 'variant.language', 'A variant has the language of its parent', id)
  }
  if (!after.protectedFields.includes('targetGroup')) {
    throw new AppError('conflict', 'variant.target-group', 'A variant must have its own targetGroup', id)
  }
  return { ...change, ...findChange(before, followed(after, readContent(parent))) }
}
