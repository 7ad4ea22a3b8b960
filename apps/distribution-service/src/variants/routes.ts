import { describeProblems, type HttpApp } from '@coursewire/service-kit'
import { z } from 'zod'
import { acceptedContent } from '../entries/content.ts'
import { access, answerCreated, causeOf, params, withBody } from '../entries/http.ts'
import { given } from '../entries/requests.ts'
import { distributionResponse } from '../entries/responses.ts'
import type { VariantService } from './service.ts'

const variantBody = z.strictObject({
  ...given.omit({ language: true, listed: true, protectedFields: true }).shape,
  targetGroup: acceptedContent.targetGroup.min(1),
  canonical: z.enum(['parent', 'own']).optional().describe('Whether search engines should know it beside its parent'),
})

export function addVariantRoutes(app: HttpApp, { variants }: { variants: VariantService }): void {
  app.post(
    '/api/distributions/:id/micro-niches',
    {
      config: access,
      schema: {
        tags: ['Distributions'],
        summary: 'Derive a variant for a narrower audience; what it does not override follows its parent',
        params,
        body: variantBody,
        response: { 201: distributionResponse, ...describeProblems(401, 403, 404, 409, 422), ...withBody },
      },
    },
    async (request, reply) => {
      const { canonical, ...overrides } = request.body
      const variant = { ...overrides, hasOwnCanonical: canonical === 'own' }
      return answerCreated(reply, await variants.derive(request.params.id, variant, causeOf(request)))
    },
  )
}
