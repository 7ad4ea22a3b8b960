import { renderCompose } from './compose.ts'

process.stdout.write(renderCompose())
