import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
// First, because it takes the token of a mailed link out of the address before the router sees it.
import './mail-link.ts'
import { loadFirstWording } from './language.ts'
import { isPassing } from './problems.ts'
import { makeRouter } from './routes.tsx'
import { WordsProvider } from './words.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // Without a connection a call fails at once, and the page says so.
      networkMode: 'always',
      refetchOnReconnect: true,
      retry: (failures, error) => navigator.onLine && failures < 2 && isPassing(error),
    },
    mutations: { networkMode: 'always' },
  },
})
const { router, loadPages } = makeRouter(queries)
const root = document.getElementById('root')
if (!root) throw new Error('The page has no #root')
createRoot(root).render(
  <StrictMode>
    <WordsProvider first={await loadFirstWording()}>
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </WordsProvider>
  </StrictMode>,
)
// When the first page is there, so that people can go on from page to page without a connection.
setTimeout(loadPages, 2_000)
