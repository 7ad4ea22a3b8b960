export { type Alert, readAlerts, readPanels, shortenRules } from './files.ts'
export { findMetrics } from './promql.ts'
export { renderTargets } from './targets.ts'
