import { appendToOutbox } from '@coursewire/messaging'
import { AppError, type Moment } from '@coursewire/service-kit'
import type { Commit } from '../entries/commit.ts'
import { applyGiven, fieldNames, type GivenContent } from '../entries/content.ts'
import { type Distribution, newDistribution, readContent } from '../entries/distribution.ts'
import { buildCreated, buildMicroNicheCreated, type Cause } from '../entries/events.ts'
import { getForUpdate, insertDistribution } from '../entries/repository.ts'
import { buildSlug } from '../slugs/slug.ts'

type GivenVariant = Omit<GivenContent, 'language'> & {
  targetGroup: string[]
  slug?: string | undefined
  hasOwnCanonical: boolean
}

export type VariantService = ReturnType<typeof createVariantService>

export function createVariantService({ commit, now }: { commit: Commit; now: () => Moment }) {
  function derive(parentId: string, given: GivenVariant, cause: Cause): Promise<Distribution> {
    return commit(cause, async (tx) => {
      const parent = await getForUpdate(tx, cause.tenantId, parentId)
      if (parent.derivedFrom !== null) {
        throw new AppError('conflict', 'variant.of-variant', 'A variant cannot have variants', { parentId })
      }
      const { targetGroup, hasOwnCanonical, slug } = given
      const [audience = ''] = targetGroup
      const own = applyGiven(parent, given)
      const variant = await insertDistribution(
        tx,
        {
          ...newDistribution(parent, now()),
          ...readContent(parent),
          ...own,
          derivedFrom: parentId,
          hasOwnCanonical,
          protectedFields: fieldNames.filter((name) => name in own),
        },
        slug === undefined
          ? { like: buildSlug(`${parent.slug} ${audience}`, parent.courseId, parent.language) }
          : { exact: slug },
      )
      await appendToOutbox(tx, [buildCreated(variant, cause), buildMicroNicheCreated(variant, parent, cause)])
      return { answer: variant, about: variant, message: 'Variant created' }
    })
  }

  return { derive }
}
