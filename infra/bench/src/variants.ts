import { callApi } from '@coursewire/setup'
import { startApps, targetOf } from './app-processes.ts'
import type { Comparison, Measured } from './benchmark.ts'
import { watchCpu } from './cpu.ts'
import type { Environment } from './environment.ts'
import { signTokens } from './students.ts'

const VARIANTS = { ours: 1_000, floor: 100 }
const CHANGES = 5

type Entry = { id: string }

/** Measures whether a change that reaches many variants in one transaction takes longer per variant than one that reaches few. */
export async function createVariantComparison({ log }: Environment): Promise<Comparison> {
  const stack = await startApps(log)
  await stack.apps['email-worker'].stop()
  const [token = ''] = await signTokens(stack, ['bench-editor'], 'editor')
  const api = `${stack.urls.distributionService}/api/distributions`
  let changes = 0

  async function createFamily(variants: number): Promise<string> {
    const draft = { courseId: `bench-${variants}`, title: 'Gardens', description: 'Green.', language: 'en' }
    const { id } = await callApi<Entry>(api, { token, body: draft })
    for (let count = 0; count < variants; count += 1) {
      await callApi(`${api}/${id}/micro-niches`, { token, body: { targetGroup: [`audience ${count}`] } })
    }
    return id
  }

  async function change(id: string, variants: number): Promise<Measured> {
    const endCpu = watchCpu(targetOf(stack, 'distribution-service').processes)
    const startedAt = performance.now()
    for (let count = 0; count < CHANGES; count += 1) {
      changes += 1
      await callApi(`${api}/${id}`, { token, method: 'PATCH', body: { title: `Gardens ${changes}` }, ifMatch: '*' })
    }
    const entries = CHANGES * (variants + 1)
    return { throughput: entries / ((performance.now() - startedAt) / 1000), ...endCpu(entries) }
  }

  log('Deriving variants')
  const [many, few] = [await createFamily(VARIANTS.ours), await createFamily(VARIANTS.floor)]
  return {
    work: `PATCH of an entry with ${VARIANTS.ours.toLocaleString('en')} variants that follow, each with its event`,
    floorWork: `the same with ${VARIANTS.floor}`,
    figures: { throughput: { unit: 'entries/s', aim: { atLeast: 0.8 } } },
    ours: () => change(many, VARIANTS.ours),
    floor: () => change(few, VARIANTS.floor),
    close: () => stack.stop(),
  }
}
