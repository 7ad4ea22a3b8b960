// Stands in for `packages/service-kit/src/tracing.ts` in a build without spans.
import type * as tracing from '@coursewire/service-kit'

export const isTracing = false
export const CORRELATION_ID = ''
/** What would call these two is left out too, because `isTracing` is known to be false. */
export const tracer = null
export const contextOf = null

export const openTracing: typeof tracing.openTracing = async () => ({ close: async () => undefined })
export const readTraceparent: typeof tracing.readTraceparent = () => null
export const traceIdOf: typeof tracing.traceIdOf = () => ''
export const toTraceparent: typeof tracing.toTraceparent = () => ''
export const activeTraceparent: typeof tracing.activeTraceparent = () => null
export const inSpan: typeof tracing.inSpan = (_name, _options, work) => work()
export const inSpans: typeof tracing.inSpans = (_batchName, _kind, _items, work) => work([])
export const failSpan: typeof tracing.failSpan = () => undefined
