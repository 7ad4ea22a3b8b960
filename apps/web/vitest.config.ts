// Vitest would take vite.config.ts, which is for the build.
export { default } from '../../vitest.config.ts'
