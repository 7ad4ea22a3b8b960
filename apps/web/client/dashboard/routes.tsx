import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { accessToken } from '../session.ts'
import { myCourses } from './my-courses-data.ts'
import { Oops, Shell } from './shell.tsx'

export function makeRouter(queries: QueryClient) {
  const root = createRootRouteWithContext<{ queries: QueryClient }>()({ component: Shell })
  const signedIn = createRoute({
    getParentRoute: () => root,
    id: 'signed-in',
    beforeLoad: async ({ location }) => {
      if (!(await accessToken())) throw redirect({ to: '/sign-in', search: { next: location.href } })
    },
  })
  const home = createRoute({
    getParentRoute: () => signedIn,
    path: '/',
    validateSearch: (s: Record<string, unknown>): { show?: 'active' | 'completed' } =>
      s.show === 'active' || s.show === 'completed' ? { show: s.show } : {},
    loader: ({ context }) => {
      void context.queries.prefetchQuery(myCourses)
    },
    component: lazyRouteComponent(() => import('./my-courses.tsx'), 'MyCourses'),
  })
  const signIn = createRoute({
    getParentRoute: () => root,
    path: '/sign-in',
    validateSearch: (s: Record<string, unknown>): { next?: string } =>
      typeof s.next === 'string' && /^\/(?![/\\])/.test(s.next) ? { next: s.next } : {},
    component: lazyRouteComponent(() => import('./sign-in.tsx'), 'SignIn'),
  })
  const joining = () => import('./joining.tsx')
  const signUp = createRoute({
    getParentRoute: () => root,
    path: '/sign-up',
    component: lazyRouteComponent(joining, 'SignUp'),
  })
  const verify = createRoute({
    getParentRoute: () => root,
    path: '/verify',
    component: lazyRouteComponent(joining, 'Verify'),
  })
  const enroll = createRoute({
    getParentRoute: () => root,
    path: '/enroll/$courseId',
    component: lazyRouteComponent(joining, 'Enroll'),
  })
  return createRouter({
    routeTree: root.addChildren([signedIn.addChildren([home]), signIn, signUp, verify, enroll]),
    basepath: '/app',
    context: { queries },
    defaultPreload: 'intent',
    defaultErrorComponent: Oops,
  })
}
declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}
