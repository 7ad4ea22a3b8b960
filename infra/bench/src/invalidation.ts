import { findFreePort, type ServerProcess } from '@coursewire/servers'
import { callApi } from '@coursewire/setup'
import type { Comparison } from './benchmark.ts'
import type { Entry } from './entries.ts'
import type { Pages } from './pages.ts'
import { signTokens } from './students.ts'

const COURSES = 20

/** Measures how long two instances of web show a course that is taken back, while both are asked for it without a pause. */
export async function measureInvalidation(pages: Pages): Promise<Comparison> {
  const { urls, entries, startApp } = pages
  const [token = ''] = await signTokens(pages, ['bench-editor'], 'editor')
  const port = await findFreePort()
  const instances = [urls.web, `http://127.0.0.1:${port}`]
  const left = [...entries]
  let second: ServerProcess | undefined

  async function takeBack({ id, slug }: Entry): Promise<number> {
    const addresses = instances.map((url) => `${url}/courses/${slug}`)
    const gone = new Set<string>()
    let shownAt = 0
    async function look(address: string): Promise<void> {
      const { status, body } = await fetch(address)
      await body?.cancel()
      if (status === 200) shownAt = performance.now()
      else if (status === 404) gone.add(address)
      else throw new Error(`${status} from ${address}`)
    }
    await Promise.all(addresses.map(look))

    const lookOn = async (address: string) => {
      while (gone.size < addresses.length) await look(address)
    }
    const looking = Promise.all(addresses.map(lookOn))
    // The commit is later than this.
    const startedAt = performance.now()
    const unpublish = `${urls.distributionService}/api/distributions/${id}/unpublish`
    await Promise.all([callApi(unpublish, { token, body: { reason: 'taken back' } }), looking])
    return shownAt - startedAt
  }

  return {
    work: `unpublish → the last page of two instances of web that shows the course, ${COURSES} courses`,
    figures: { longest: { unit: 'ms', aim: null } },
    async ours() {
      second ??= await startApp('web', { name: 'second-web', port })
      const tookMs: number[] = []
      for (const entry of left.splice(0, COURSES)) tookMs.push(await takeBack(entry))
      return { longest: Math.max(...tookMs) }
    },
  }
}
