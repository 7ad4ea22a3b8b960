import { createOutageLog, type Database, type Logger } from '@coursewire/service-kit'
import type { Directory } from '../emails/directory.ts'
import {
  type Announcement,
  beginAnnouncement,
  reserveAnnouncement,
  withdrawAnnouncement,
  writeNews,
} from './repository.ts'

/** An announcement that makes no progress is tried again after this. */
const RESERVED_SECONDS = 30

/** Writes the mails of announcements into the ledger, a page of recipients at a time. Several instances share the work. */
export interface Announcer {
  /** Writes all that is due. Never throws: what fails is tried again later. */
  work(): Promise<void>
  /** Makes `work` end after the page that it is writing. Whoever comes next continues there. */
  stop(): void
}

export function createAnnouncer(options: {
  db: Database
  logger: Logger
  directory: Pick<Directory, 'getDistribution' | 'listRecipients'>
  onWritten: () => void
}): Announcer {
  const { db, logger, directory, onWritten } = options
  const interruptions = createOutageLog(logger, { failing: 'News interrupted, trying again', works: 'News goes on' })
  let isStopped = false

  async function advance(announcement: Announcement): Promise<void> {
    const { id, kind, distributionId, correlationId, targetGroup } = announcement
    const log = logger.child({ announcementId: id, kind, distributionId, correlationId })
    const distribution = await directory.getDistribution(announcement, distributionId)
    // A launch tells people who have nothing to do with the course yet. What no list shows is not for them.
    if (!distribution?.public || (kind === 'launch' && !distribution.listed)) {
      await withdrawAnnouncement(db, announcement)
      return log.info('News withdrawn, the course is not public')
    }
    const { courseId } = distribution
    if (announcement.begunAt === null && !(await beginAnnouncement(db, announcement, courseId))) {
      return log.info('News waits, students hear of changes of a course once a day')
    }
    // Students who have enrolled since have seen the course as it is now.
    const audience = { kind, courseId, targetGroup, enrolledBefore: announcement.happenedAt }
    const page = await directory.listRecipients(announcement, audience, announcement.cursor)
    const count = await writeNews(db, announcement, page)
    if (count === null) return
    log.info({ courseId, count, isLast: page.nextCursor === null }, 'News written')
    onWritten()
  }

  return {
    async work() {
      try {
        while (!isStopped) {
          const announcement = await reserveAnnouncement(db, RESERVED_SECONDS)
          if (!announcement) return
          await advance(announcement)
          interruptions.worked()
        }
      } catch (error) {
        interruptions.failed(error)
      }
    },
    stop() {
      isStopped = true
    },
  }
}
