// What the storefront does beyond being read. Without it every link still works.
import { device } from '../storage.ts'
import { startButtons } from './buttons.ts'
import { countView } from './counts.ts'

document.querySelector('[data-theme-toggle]')?.addEventListener('click', () => {
  const root = document.documentElement
  const theme = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  root.dataset.theme = theme === 'dark' ? 'light' : 'dark'
  device.set('coursewire.theme', root.dataset.theme)
})

const course = document.querySelector('main')
if (course?.dataset.view) countView(course.dataset.view, findShown(course) ?? course.dataset.cta)

/** The kind of the call to action that is shown where several are tried out. */
function findShown(page: HTMLElement): string | undefined {
  const arms = page.querySelector<HTMLElement>('coursewire-arms')
  const shown = arms?.children[Number(arms.dataset.shown ?? 0)]
  return shown instanceof HTMLElement ? shown.dataset.cta : undefined
}

startButtons()
