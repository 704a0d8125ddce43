// Charts: the parts of ECharts that are used, drawn as SVG in the colours of the theme and the numbers of the reader.
import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'

use([LineChart, BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, SVGRenderer])

class Chart extends HTMLElement {
  connectedCallback() {
    this.spec = JSON.parse(this.querySelector('[data-chart]').textContent)
    this.place = document.createElement('div')
    this.place.className = 'chart-place'
    this.append(this.place)
    this.draw = () => {
      this.drawn?.dispose()
      this.drawn = init(this.place, null, { renderer: 'svg' })
      this.drawn.setOption(option(this.spec))
    }
    this.sizes = new ResizeObserver(() => this.drawn.resize())
    this.draw()
    this.sizes.observe(this)
    document.addEventListener('theme', this.draw)
  }

  disconnectedCallback() {
    document.removeEventListener('theme', this.draw)
    this.sizes.disconnect()
    this.drawn.dispose()
    this.place.remove()
  }
}

const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim()

function numbers(unit) {
  const language = document.documentElement.lang
  const short = { notation: 'compact', maximumFractionDigits: 1 }
  if (unit === 'hours') return [(value) => `${new Intl.NumberFormat(language, short).format(value)} h`, (value) => `${new Intl.NumberFormat(language).format(value)} h`]
  if (unit === 'percent') return Array(2).fill((value) => new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 }).format(value))
  const money = unit ? { style: 'currency', currency: unit } : {}
  return [{ ...money, ...short }, money].map((how) => (value) => new Intl.NumberFormat(language, how).format(value))
}

function option({ label, categories, series, kind, unit }) {
  const [onAxis, inFull] = numbers(unit)
  const line = { lineStyle: { color: token('--line-strong') } }
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  return {
    animation: !still,
    aria: { enabled: true, label: { description: label } },
    color: [1, 2, 3, 4, 5, 6].map((n) => token(`--series-${n}`)),
    textStyle: { fontFamily: 'Inter Variable, sans-serif', color: token('--muted'), fontSize: 12 },
    grid: { left: 8, right: 16, top: series.length > 1 ? 40 : 16, bottom: 10, containLabel: true },
    legend: { show: series.length > 1, top: 0, left: 0, icon: 'roundRect', itemWidth: 12, itemHeight: 8, itemGap: 18, textStyle: { color: token('--muted') } },
    tooltip: {
      trigger: 'axis',
      confine: true,
      backgroundColor: token('--paper'),
      borderColor: token('--line'),
      textStyle: { color: token('--ink'), fontSize: 12.5 },
      axisPointer: { type: kind === 'bar' || kind === 'stack' ? 'shadow' : 'line', lineStyle: { color: token('--line-strong') }, shadowStyle: { color: token('--hover'), opacity: 0.6 } },
      valueFormatter: (value) => (value === null || value === undefined ? '–' : inFull(value)),
    },
    xAxis: { type: 'category', data: categories, boundaryGap: kind === 'bar' || kind === 'stack', axisLine: line, axisTick: { show: false }, axisLabel: { color: token('--muted'), hideOverlap: true } },
    yAxis: { type: 'value', splitLine: { lineStyle: { color: token('--line') } }, axisLabel: { color: token('--muted'), formatter: onAxis } },
    series: series.map((each) => drawn(each, each.kind ?? kind)),
  }
}

function drawn({ name, data, dashed }, kind) {
  const bars = { type: 'bar', name, data, barMaxWidth: 28, stack: kind === 'stack' ? 'all' : undefined }
  if (kind === 'bar') return { ...bars, itemStyle: { borderRadius: [4, 4, 0, 0] } }
  if (kind === 'stack') return bars
  return {
    type: 'line',
    name,
    data,
    showSymbol: false,
    symbolSize: 7,
    smooth: 0.2,
    lineStyle: { width: 2.25, type: dashed ? 'dashed' : 'solid' },
    areaStyle: kind === 'area' && !dashed ? { opacity: 0.1 } : undefined,
  }
}

customElements.define('tl-chart', Chart)
