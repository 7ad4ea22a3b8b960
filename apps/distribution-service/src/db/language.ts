import { guessLanguage } from '@coursewire/events'
import { customType } from 'drizzle-orm/pg-core'
import { LRUCache } from 'lru-cache'

const known = new LRUCache<string, string>({
  max: 1_000,
  memoMethod: (stored) => guessLanguage(stored) ?? stored,
})

/**
 * Returns the canonical form of a stored language, because earlier versions of this service stored what CourseFactory wrote. Text that is no
 * language tag stays unchanged.
 */
export const readLanguage = (stored: string): string => known.memo(stored)

/** A column of language tags, read in their canonical form. */
export const language = customType<{ data: string; driverData: string }>({
  dataType: () => 'text',
  fromDriver: readLanguage,
})
