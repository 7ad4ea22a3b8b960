import { compareParts, type Rate } from './rate.ts'
import type { Counted, Joined, Period } from './repository.ts'

/** The way from a view to an enrolment, in numbers. */
export interface Numbers {
  views: number
  clicks: number
  enrolments: number
  leaves: number
}

export interface Funnel {
  days: ({ day: string } & Numbers)[]
  totals: Numbers
  clicksPerView: Rate | null
  enrolmentsPerClick: Rate | null
  referrers: { category: string; views: number }[]
  callsToAction: ({ ctaType: string; clicksPerView: Rate | null } & Omit<Numbers, 'leaves'>)[]
  sources: { source: string; enrolments: number }[]
}

/** Sums up what was counted in a period. Every day of it is there, also one without a visitor. */
export function buildFunnel({ from, to }: Period, counted: Counted[], joined: Joined[]): Funnel {
  const days = new Map(listDays(from, to).map((day) => [day, { day, ...nothing() }]))
  const referrers = new Map<string, number>()
  const callsToAction = new Map<string, Omit<Numbers, 'leaves'>>()
  const sources = new Map<string, number>()
  const ofCta = (ctaType: string) => getOrAdd(callsToAction, ctaType, { views: 0, clicks: 0, enrolments: 0 })

  for (const { kind, value, day, number } of counted) {
    const ofDay = days.get(day)
    if (!ofDay) continue
    if (kind === 'views') ofDay.views += number
    else if (kind === 'clicks') ofDay.clicks += number
    else if (kind === 'views_by_referrer') referrers.set(value, (referrers.get(value) ?? 0) + number)
    else if (kind === 'views_by_cta') ofCta(value).views += number
    else ofCta(value).clicks += number
  }
  for (const { ctaType, source, day, joined: enrolments, left } of joined) {
    const ofDay = days.get(day)
    if (!ofDay) continue
    ofDay.enrolments += enrolments
    ofDay.leaves += left
    if (ctaType !== '') ofCta(ctaType).enrolments += enrolments
    if (source !== '') sources.set(source, (sources.get(source) ?? 0) + enrolments)
  }

  const totals = sumUp([...days.values()])
  return {
    days: [...days.values()],
    totals,
    ...compareSteps(totals),
    referrers: [...referrers].map(([category, views]) => ({ category, views })),
    callsToAction: [...callsToAction].map(([ctaType, numbers]) => ({
      ctaType,
      ...numbers,
      clicksPerView: compareParts(numbers.clicks, numbers.views),
    })),
    sources: [...sources].map(([source, enrolments]) => ({ source, enrolments })),
  }
}

export const compareSteps = ({ views, clicks, enrolments }: Omit<Numbers, 'leaves'>) => ({
  clicksPerView: compareParts(clicks, views),
  enrolmentsPerClick: compareParts(enrolments, clicks),
})

const nothing = (): Numbers => ({ views: 0, clicks: 0, enrolments: 0, leaves: 0 })

function sumUp(parts: Numbers[]): Numbers {
  const sum = nothing()
  for (const part of parts) {
    for (const name of Object.keys(sum) as (keyof Numbers)[]) sum[name] += part[name]
  }
  return sum
}

function getOrAdd<Value>(map: Map<string, Value>, key: string, value: Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  map.set(key, value)
  return value
}

const DAY_MS = 86_400_000

/** Both ends included. */
function listDays(from: string, to: string): string[] {
  const [first, last] = [Date.parse(from), Date.parse(to)]
  const count = Math.max(0, Math.round((last - first) / DAY_MS) + 1)
  return Array.from({ length: count }, (_, index) => new Date(first + index * DAY_MS).toISOString().slice(0, 10))
}
