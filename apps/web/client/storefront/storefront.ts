// What the storefront does beyond being read. Without it every link still works.
import { device } from '../storage.ts'
import { countView } from './counts.ts'
import { startEnrolling } from './enrolling.ts'

document.querySelector('[data-theme-toggle]')?.addEventListener('click', () => {
  const root = document.documentElement
  const theme = root.dataset.theme ?? (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light')
  root.dataset.theme = theme === 'dark' ? 'light' : 'dark'
  device.set('coursewire.theme', root.dataset.theme)
})

const course = document.querySelector('main')?.dataset
if (course?.view) countView(course.view, course.cta)

startEnrolling()
