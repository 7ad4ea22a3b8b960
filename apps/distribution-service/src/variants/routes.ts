import { type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { acceptedContent } from '../entries/content.ts'
import { answerCreated, causeOf, forEditors, params } from '../entries/http.ts'
import { given } from '../entries/requests.ts'
import { distributionResponse } from '../entries/responses.ts'
import type { VariantService } from './service.ts'

const variantBody = z
  .strictObject({
    ...given.omit({ language: true, listed: true, protectedFields: true }).shape,
    targetGroup: acceptedContent.targetGroup.min(1),
    canonical: z.enum(['parent', 'own']).optional().describe('Whether search engines should list it beside its parent'),
  })
  .meta({ id: 'NewVariant', example: { targetGroup: ['bakeries'], title: 'Sourdough for bakeries' } })

export function addVariantRoutes(app: HttpApp, { variants }: { variants: VariantService }): void {
  app.post(
    '/api/distributions/:id/micro-niches',
    forEditors({
      tags: ['Distributions'],
      operationId: 'deriveVariant',
      summary: 'Create a variant for a narrower audience; it follows its parent in what it does not override',
      refusals: { 404: 'distribution.not-found', 409: ['slug.taken', 'variant.of-variant'], 422: 'event.too-large' },
      answerHeaders: { 201: ['ETag', 'Location'] },
      params,
      body: variantBody,
      response: { 201: distributionResponse },
    }),
    async (request, reply) => {
      const { canonical, ...overrides } = request.body
      const variant = { ...overrides, hasOwnCanonical: canonical === 'own' }
      return answerCreated(reply, await variants.derive(request.params.id, variant, causeOf(request)))
    },
  )
}
