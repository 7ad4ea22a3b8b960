import type { FastifyInstance, FastifyRequest, onRequestHookHandler } from 'fastify'
import { AppError } from '../app-error.ts'
import type { Logger } from '../logger.ts'
import { type AuthOptions, type Caller, createTokenCheck, type Role, type TokenCheck } from './token.ts'

export type { Caller, Role }

/** The callers that a route allows: everybody, or those with one of these roles. */
export type Access = 'public' | readonly Role[]

declare module 'fastify' {
  interface FastifyContextConfig {
    access: Access
    /** What a token must allow in addition to having a role. */
    scope?: string
    /** Called so often that it only counts in the metrics. Its log line is at debug level. */
    isQuiet?: boolean
    /** Nothing that is sent there is logged, not even the request id, because it might identify the sender. */
    isAnonymous?: boolean
    /** Asked by programs that watch this one, and part of no trace. */
    isUntraced?: boolean
  }
  interface FastifyRequest {
    /** Throws if a public route is called without a valid token. */
    caller: Caller
    tenantId: string
    /** The W3C trace context of the request, or what it brought if that is well-formed and there are no spans. */
    traceparent: string | null
  }
}

const callers = new WeakMap<FastifyRequest, Caller>()

/** Sets the tenant and the caller of every request, and returns the token check. A route without an access policy stops the start. */
export async function addAccessControl(
  app: FastifyInstance,
  options: {
    auth: AuthOptions | undefined
    tenants: { hosts: ReadonlyMap<string, string>; defaultTenant: string }
    logger: Logger
  },
): Promise<TokenCheck | undefined> {
  const { auth, tenants, logger } = options
  const tokenCheck = auth && (await createTokenCheck(app, auth, logger))

  app.decorateRequest('tenantId', '')
  app.decorateRequest('caller', {
    getter() {
      const caller = callers.get(this)
      if (!caller) throw new Error('The request has no caller')
      return caller
    },
  })

  async function admit(request: FastifyRequest, access: Access, scope: string | undefined): Promise<void> {
    const caller = await tokenCheck?.identifyCaller(request).catch((error: AppError) => {
      // A token still determines the tenant, but an expired one must not keep anybody from signing in.
      if (access !== 'public' || error.kind !== 'unauthorized') throw error
    })
    if (caller) {
      callers.set(request, caller)
      request.tenantId = caller.tenantId
    }
    if (access === 'public') return
    if (!caller?.roles.some((role) => access.includes(role))) {
      throw new AppError('forbidden', 'role.insufficient', 'Your roles do not allow this')
    }
    if (scope !== undefined && !caller.scopes?.includes(scope)) {
      throw new AppError('forbidden', 'scope.insufficient', 'Your scopes do not allow this')
    }
  }

  app.addHook('onRequest', (request, _reply, done) => {
    request.tenantId = tenants.hosts.get(request.hostname.toLowerCase()) ?? tenants.defaultTenant
    done()
  })

  app.addHook('onRoute', (route) => {
    const { access, scope } = route.config ?? {}
    const name = `${[route.method].flat().join('|')} ${route.url}`
    if (access === undefined) throw new Error(`${name} has no access policy`)
    if (access !== 'public' && !auth) throw new Error(`${name} asks for roles, and there is no token check`)
    if (access === 'public' && scope !== undefined) throw new Error(`${name} is public, and asks for a scope`)
    const check: onRequestHookHandler = (request, _reply, done) => {
      // On public routes most callers send no token.
      if (access === 'public' && request.headers.authorization === undefined) return done()
      // oxlint-disable-next-line promise/no-callback-in-promise -- a hook that mostly is done at once
      admit(request, access, scope).then(() => done(), done)
    }
    route.onRequest = [check, ...[route.onRequest ?? []].flat()]
  })
  return tokenCheck
}
