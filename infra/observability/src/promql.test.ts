import { expect, it } from 'vitest'
import { findMetrics } from './promql.ts'

it('finds metrics with the labels by which they are selected and grouped', () => {
  const expr = `histogram_quantile(0.99, sum by (job, le) (rate(a_bucket{route="/by (x)",status=~"5.."}[5m])))
    > on (job) max(b offset 15m) or c unless d_total > 5 * 60`

  expect(findMetrics(expr)).toEqual([
    { name: 'a_bucket', labels: ['route', 'status', 'job', 'le'] },
    { name: 'b', labels: ['job', 'le'] },
    { name: 'c', labels: ['job', 'le'] },
    { name: 'd_total', labels: ['job', 'le'] },
  ])
})
