import { renderCosts } from './costs.ts'

process.stdout.write(renderCosts())
