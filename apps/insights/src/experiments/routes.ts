import { id } from '@coursewire/events'
import { AppError, type Database, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { findPage } from '../catalogue/repository.ts'
import { findLatest } from './experiment.ts'
import { listTold, readCounted } from './repository.ts'
import { judge, verdicts } from './verdict.ts'

const number = z.int().min(0)
const evidence = z
  .number()
  .describe('How many times better the counts are explained if it is so than by chance, at most a thousand million')
const report = z
  .object({
    distributionId: z.string(),
    slug: z.string().nullable(),
    title: z.string().nullable(),
    beganAt: z.string(),
    countedFrom: z.string().describe('Two minutes later, when all views of before it have been told'),
    endsAt: z.string(),
    hasEnded: z.boolean(),
    verdict: z
      .enum(verdicts)
      .describe('It may be looked at as often as one likes: a winner is called wrongly in 5 % at most'),
    winner: z.string().nullable().describe('The ctaType of the winner'),
    advice: z.string().describe('What to do, in plain words'),
    evidenceNeeded: z.number().describe('An arm with so much evidence is the winner'),
    split: z
      .object({ evidence, evidenceNeeded: z.number() })
      .describe('Whether the views are split otherwise than planned. A right split is called wrong in 1 % at most'),
    arms: z.array(
      z.object({
        label: z.string(),
        ctaType: z.string(),
        share: z.number().describe('The planned part of the visitors'),
        views: number,
        clicks: number,
        clicksPerView: z
          .object({ rate: z.number(), low: z.number(), high: z.number() })
          .nullable()
          .describe('With the ends of a confidence sequence (95 %); null without a view'),
        evidence: evidence.describe('That it is better than each other arm'),
        chanceOfBest: z
          .number()
          .describe('The probability of having the highest rate. It is shown, and decides nothing'),
      }),
    ),
  })
  .meta({
    id: 'ExperimentReport',
    example: {
      distributionId: 'dist_1',
      slug: 'sourdough',
      title: 'Sourdough',
      beganAt: '2026-12-01T09:30:00.000000Z',
      countedFrom: '2026-12-01T09:32:00.000000Z',
      endsAt: '2026-12-31T00:00:00.000000Z',
      hasEnded: false,
      verdict: 'winner',
      winner: 'eager_button',
      advice: 'Make the winner the call to action of the page, and end the experiment.',
      evidenceNeeded: 50,
      split: { evidence: 0.13, evidenceNeeded: 100 },
      arms: [
        {
          label: 'Enroll now',
          ctaType: 'primary_button',
          share: 0.5,
          views: 2_010,
          clicks: 140,
          clicksPerView: { rate: 0.07, low: 0.053, high: 0.09 },
          evidence: 0,
          chanceOfBest: 0.0001,
        },
        {
          label: 'Start today',
          ctaType: 'eager_button',
          share: 0.5,
          views: 1_985,
          clicks: 209,
          clicksPerView: { rate: 0.105, low: 0.084, high: 0.129 },
          evidence: 104,
          chanceOfBest: 0.9999,
        },
      ],
    },
  })

/** Adds the report about an experiment with calls to action, for editors and admins of the tenant. */
export function addExperimentRoutes(app: HttpApp, { db }: { db: Database }): void {
  app.get(
    '/api/insights/distributions/:id/experiment',
    {
      schema: {
        operationId: 'getExperiment',
        tags: ['Experiments'],
        summary: 'The latest experiment of a distribution: which call to action is clicked most',
        params: z.strictObject({ id }),
        response: { 200: report },
        refusals: { 404: ['distribution.not-found', 'experiment.not-found'] },
      },
      config: { access: ['editor', 'admin'] },
    },
    async ({ tenantId, params }) => {
      const page = await findPage(db, tenantId, params.id)
      if (!page) throw new AppError('not-found', 'distribution.not-found', 'Nothing is known of this distribution')
      const { distributionId, slug, title } = page
      const experiment = findLatest(await listTold(db, { tenantId, distributionId }))
      if (!experiment) throw new AppError('not-found', 'experiment.not-found', 'The distribution has had no experiment')
      const { counted, ...moments } = await readCounted(db, { tenantId, distributionId }, experiment)
      const { beganAt, endsAt } = experiment
      return { distributionId, slug, title, beganAt, endsAt, ...moments, ...judge(counted, moments.hasEnded) }
    },
  )
}
