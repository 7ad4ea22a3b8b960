import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { useEffect, useEffectEvent, useRef } from 'react'

const HEIGHT = 140
const DAY_MS = 86_400_000
/** Days between labels: whole weeks as soon as there is no room for each day. */
const daySteps = [1, 2, 7, 14, 28, 56, 91, 182]
const countSteps = [1, 2, 5]
  .flatMap((step) => Array.from({ length: 9 }, (_, power) => step * 10 ** power))
  .sort(byValue)

function byValue(a: number, b: number) {
  return a - b
}

/** Bars for the numbers of consecutive days. Plots that are shown together point at the same day. */
export function Plot(props: {
  days: string[]
  numbers: number[]
  label: string
  writeDay: (day: string) => string
  writeNumber: (value: number) => string
  /** Called with the index of the day that is pointed at. */
  onPoint: (index: number | null) => void
}) {
  const { days, numbers, label } = props
  const box = useRef<HTMLDivElement>(null)
  const writeDay = useEffectEvent(props.writeDay)
  const writeNumber = useEffectEvent(props.writeNumber)
  const onPoint = useEffectEvent(props.onPoint)

  useEffect(() => {
    const element = box.current
    if (!element) return
    // The stylesheet has the colours. They are read when something is drawn, so that a change of the appearance is seen.
    const style = getComputedStyle(element)
    const ink = () => style.color
    const grid = { stroke: () => style.stroke, width: 1 }
    const font = `12px ${style.fontFamily}`
    const plot = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [10, 8, 0, 0],
        legend: { show: false },
        cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: 'days' } },
        scales: {
          x: { time: false, range: (_, first, last) => [first - 0.5, last + 0.5] },
          y: { range: (_, _least, most) => [0, Math.max(1, most * 1.08)] },
        },
        axes: [
          {
            stroke: ink,
            grid: { show: false },
            ticks: grid,
            font,
            size: 32,
            space: 64,
            incrs: daySteps,
            // The scale begins half a day before the first one.
            splits: (_, _axis, first, last, step) => listSteps(first, last, step),
            values: (_, splits) => splits.map((at) => writeDay(toDay(at))),
          },
          {
            stroke: ink,
            grid,
            ticks: { show: false },
            font,
            size: 52,
            space: 24,
            incrs: countSteps,
            values: (_, splits) => splits.map((value) => writeNumber(value)),
          },
        ],
        series: [
          {},
          {
            fill: () => style.fill,
            width: 0,
            points: { show: false },
            ...(uPlot.paths.bars && { paths: uPlot.paths.bars({ size: [0.75, 36] }) }),
          },
        ],
        hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
      },
      [days.map((day) => Date.parse(day) / DAY_MS), numbers],
      element,
    )
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }))
    resized.observe(element)
    const redraw = () => plot.redraw()
    const chosen = new MutationObserver(redraw)
    chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] })
    const preferred = matchMedia('(prefers-color-scheme: dark)')
    preferred.addEventListener('change', redraw)
    return () => {
      preferred.removeEventListener('change', redraw)
      chosen.disconnect()
      resized.disconnect()
      plot.destroy()
    }
  }, [days, numbers])

  return <div ref={box} className="plot" role="img" aria-label={label} />
}

const toDay = (at: number) => new Date(at * DAY_MS).toISOString().slice(0, 10)

function listSteps(first: number, last: number, step: number): number[] {
  const from = Math.ceil(first / step) * step
  return Array.from({ length: Math.floor((last - from) / step) + 1 }, (_, at) => from + at * step)
}
