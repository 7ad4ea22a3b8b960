import { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { deriveKey } from '../derive-key.ts'
import type { NewsKind } from './subscription.ts'

/** A mail that somebody wants no more of. */
export interface Unsubscription {
  tenantId: string
  recipient: string
  kind: NewsKind
  /** The id of the course as `digestCourse` makes it. */
  course: string
}

const MAC_BYTES = 16

/** Stands for the id of a course, which may be too long for an address. */
export const digestCourse = (courseId: string): string =>
  createHash('sha256').update(courseId).digest().subarray(0, 16).toString('base64url')

/**
 * Makes and reads the tokens of the links that end a kind of mails. A token says by itself which, so that nothing is stored and the link of the
 * oldest mail still works.
 */
export function createUnsubscribeTokens(seal: KeyObject) {
  const key = deriveKey(seal, 'links to unsubscribe')
  const sign = (content: Buffer) => createHmac('sha256', key).update(content).digest().subarray(0, MAC_BYTES)

  return {
    tokenOf({ tenantId, recipient, kind, course }: Unsubscription): string {
      const content = Buffer.from(JSON.stringify([tenantId, recipient, kind, course]))
      return Buffer.concat([sign(content), content]).toString('base64url')
    },

    /** Returns null if the token was not made here. */
    read(token: string): Unsubscription | null {
      const bytes = Buffer.from(token, 'base64url')
      const [mac, content] = [bytes.subarray(0, MAC_BYTES), bytes.subarray(MAC_BYTES)]
      if (mac.length < MAC_BYTES || !timingSafeEqual(mac, sign(content))) return null
      const [tenantId, recipient, kind, course] = JSON.parse(content.toString()) as [string, string, NewsKind, string]
      return { tenantId, recipient, kind, course }
    },
  }
}

export type UnsubscribeTokens = ReturnType<typeof createUnsubscribeTokens>
