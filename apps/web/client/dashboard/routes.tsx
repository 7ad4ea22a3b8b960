import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  notFound,
  Outlet,
  redirect,
  useNavigate,
  useRouterState,
} from '@tanstack/react-router'
import { useEffect } from 'react'
import { accessToken, onSession } from '../session.ts'
import { hasSession } from '../storage.ts'
import type { Search as RecordSearch } from './audit/data.ts'
import { enrolInIntent, intent } from './intent.ts'
import { enrollmentsQuery } from './my-courses-data.ts'
import { Loading } from './parts.tsx'
import { type Role, readRoles } from './roles.ts'
import { Lost, Oops, Shell } from './shell.tsx'

// What a route leaves out of its search comes through as it was in the URL, so each names everything that it reads.
type Search = Record<string, unknown>
const textOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined)
/** A path of ours. Browsers take a backslash for a slash, and two slashes for another host. */
const isOurs = (path: unknown): path is string => typeof path === 'string' && /^\/(?![/\\])/.test(path)

/** Shows nobody a page whose calls the APIs would refuse. */
async function admit(...allowed: Role[]): Promise<void> {
  const roles = await readRoles()
  if (!allowed.some((role) => roles.includes(role))) throw notFound()
}

/** Loads the code of a page when it is needed. */
function page<Module extends Record<string, unknown>, Name extends keyof Module>(
  load: () => Promise<Module>,
  name: Name,
) {
  // The router takes any other failure for a page that is older than the server, and loads it anew.
  const attempt = () =>
    load().catch((cause: unknown) => {
      throw navigator.onLine ? cause : new Error('There is no connection', { cause })
    })
  return lazyRouteComponent(attempt, name)
}

export function makeRouter(queries: QueryClient) {
  const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell })

  const signedIn = createRoute({
    getParentRoute: () => root,
    id: 'signed-in',
    beforeLoad: async ({ location }) => {
      if (!(await accessToken()))
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href } })
    },
    component: SignedIn,
  })
  const home = createRoute({
    getParentRoute: () => signedIn,
    path: '/',
    validateSearch: ({ show }: Search): { show?: 'active' | 'completed' | undefined } => ({
      show: show === 'active' || show === 'completed' ? show : undefined,
    }),
    // Somebody who does not learn has no courses.
    beforeLoad: async () => {
      if (!(await readRoles()).includes('student')) throw redirect({ to: '/reports', search: {} })
    },
    loader: async ({ context }) => {
      await enrolInIntent()
      void context.queries.prefetchQuery(enrollmentsQuery)
    },
    component: page(() => import('./my-courses.tsx'), 'MyCourses'),
  })
  const course = createRoute({
    getParentRoute: () => signedIn,
    path: '/courses/$courseId',
    component: page(() => import('./course.tsx'), 'Course'),
  })
  const account = createRoute({
    getParentRoute: () => signedIn,
    path: '/account',
    component: page(() => import('./account.tsx'), 'Account'),
  })

  const forEditors = createRoute({
    getParentRoute: () => signedIn,
    id: 'for-editors',
    validateSearch: ({ from, to }: Search): { from?: string | undefined; to?: string | undefined } => ({
      from: textOf(from),
      to: textOf(to),
    }),
    beforeLoad: () => admit('editor', 'admin'),
  })
  const reports = createRoute({
    getParentRoute: () => forEditors,
    path: '/reports',
    component: page(() => import('./reports/courses.tsx'), 'CourseReports'),
  })
  const courseReport = createRoute({
    getParentRoute: () => forEditors,
    path: '/reports/courses/$courseId',
    component: page(() => import('./reports/course.tsx'), 'CourseReport'),
  })
  const distributionReport = createRoute({
    getParentRoute: () => forEditors,
    path: '/reports/distributions/$distributionId',
    component: page(() => import('./reports/distribution.tsx'), 'DistributionReport'),
  })

  const forAdmins = createRoute({
    getParentRoute: () => signedIn,
    id: 'for-admins',
    beforeLoad: () => admit('admin'),
  })
  const records = createRoute({
    getParentRoute: () => forAdmins,
    path: '/audit',
    validateSearch: ({ entity, actor, type, since, until, cursor }: Search): RecordSearch => ({
      entity: textOf(entity),
      actor: textOf(actor),
      type: textOf(type),
      since: textOf(since),
      until: textOf(until),
      cursor: textOf(cursor),
    }),
    component: page(() => import('./audit/records.tsx'), 'Records'),
  })
  const story = createRoute({
    getParentRoute: () => forAdmins,
    path: '/audit/stories/$correlationId',
    component: page(() => import('./audit/story.tsx'), 'Story'),
  })

  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    validateSearch: ({ next, ended }: Search): { next?: string | undefined; ended?: true | undefined } => ({
      next: isOurs(next) ? next : undefined,
      ended: ended ? true : undefined,
    }),
    beforeLoad: async ({ search: { next = '/' } }) => {
      if (await accessToken().catch(() => undefined)) throw redirect({ href: next })
    },
    component: page(() => import('./sign-in.tsx'), 'SignIn'),
  })
  const enroll = createRoute({
    getParentRoute: () => root,
    path: '/enroll/$courseId',
    validateSearch: (search: Search): { distributionId?: string | undefined; ctaType?: string | undefined } => ({
      distributionId: textOf(search.distributionId),
      ctaType: textOf(search.ctaType),
    }),
    // Remembers the course before anything is shown: whoever clicks on before the page is there wants it all the same.
    beforeLoad: async ({ params: { courseId }, preload }) => {
      if (preload || (hasSession() && (await accessToken().catch(() => true)))) return
      intent.keep(courseId)
      throw redirect({ to: '/sign-up', replace: true })
    },
    component: page(() => import('./enroll.tsx'), 'Enroll'),
  })
  const joining = () => import('./joining.tsx')
  const signUp = createRoute({
    getParentRoute: () => root,
    path: '/sign-up',
    component: page(joining, 'SignUp'),
  })
  const verify = createRoute({
    getParentRoute: () => root,
    path: '/verify',
    component: page(joining, 'Verify'),
  })
  const reset = createRoute({
    getParentRoute: () => root,
    path: '/reset',
    component: page(joining, 'Reset'),
  })
  const choosePassword = createRoute({
    getParentRoute: () => root,
    path: '/new-password',
    component: page(joining, 'ChoosePassword'),
  })

  const news = () => import('./news.tsx')
  const askForNews = createRoute({
    getParentRoute: () => root,
    path: '/news',
    validateSearch: ({ targetGroup }: Search): { targetGroup?: string | undefined } => ({
      targetGroup: textOf(targetGroup),
    }),
    component: page(news, 'AskForNews'),
  })
  const confirmNews = createRoute({
    getParentRoute: () => root,
    path: '/confirm-subscription',
    component: page(news, 'ConfirmNews'),
  })

  // Those of learners. Nobody reads reports without a connection.
  const pages = [home, course, account, signIn, enroll, signUp, verify, reset, choosePassword, askForNews, confirmNews]
  const router = createRouter({
    routeTree: root.addChildren([
      signedIn.addChildren([
        home,
        course,
        account,
        forEditors.addChildren([reports, courseReport, distributionReport]),
        forAdmins.addChildren([records, story]),
      ]),
      signIn,
      signUp,
      verify,
      reset,
      choosePassword,
      askForNews,
      confirmNews,
      enroll,
    ]),
    basepath: '/app',
    context: { queries },
    // The router's own form writes a text that looks like a number in quotes.
    parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
    stringifySearch: (search: Search) => {
      const known = Object.entries(search).filter(([, value]) => value !== undefined)
      return known.length > 0 ? `?${new URLSearchParams(known as [string, string][])}` : ''
    },
    defaultPreload: 'intent',
    defaultPendingComponent: Loading,
    defaultErrorComponent: Oops,
    defaultNotFoundComponent: Lost,
  })
  const loadPages = () => {
    for (const { options } of pages) void options.component?.preload?.()
  }
  return { router, loadPages }
}

/** Leads to the sign-in when the session ends, and back again after it. */
function SignedIn() {
  const navigate = useNavigate()
  const next = useRouterState({ select: ({ location }) => location.href })
  useEffect(
    () =>
      onSession((isSignedIn) => {
        if (!isSignedIn) void navigate({ to: '/sign-in', search: { next, ended: true } })
      }),
    [navigate, next],
  )
  return <Outlet />
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>['router']
  }
}
