// The project plan: dhtmlx-gantt in our colours; a task that is moved or stretched is told to the server.
import { gantt } from 'dhtmlx-gantt'
import { send } from './send.js'

class Plan extends HTMLElement {
  connectedCallback() {
    const { tasks, links, words } = JSON.parse(this.querySelector('[data-plan]').textContent)
    this.place = Object.assign(document.createElement('div'), { className: 'gantt-place' })
    this.append(this.place)
    gantt.plugins({ marker: true, tooltip: true })
    gantt.i18n.setLocale(this.dataset.language)
    Object.assign(gantt.config, {
      date_format: '%Y-%m-%d',
      readonly: !this.dataset.change,
      row_height: 36,
      bar_height: 22,
      scale_height: 44,
      min_column_width: 40,
      drag_links: false,
      details_on_dblclick: false,
      fit_tasks: true,
      open_tree_initially: true,
      scales: [{ unit: 'month', step: 1, format: '%F %Y' }, { unit: 'week', step: 1, format: '%j' }],
      columns: this.columns(words),
    })
    this.marked = gantt.attachEvent('onAfterTaskDrag', (id) => this.moved(gantt.getTask(id)))
    gantt.init(this.place)
    gantt.parse({ data: tasks, links })
  }

  disconnectedCallback() {
    gantt.detachEvent(this.marked)
    gantt.clearAll()
    this.place.remove()
  }

  // A narrow screen shows the names alone.
  columns(words) {
    const day = new Intl.DateTimeFormat(this.dataset.language, { day: 'numeric', month: 'short' })
    const narrow = this.clientWidth < 640
    return [
      { name: 'text', label: words.text, tree: true, width: narrow ? 140 : 220 },
      ...(narrow ? [] : [
        { name: 'start_date', label: words.start_date, align: 'left', width: 84, template: ({ start_date }) => day.format(start_date) },
        { name: 'duration', label: words.duration, align: 'right', width: 56 },
      ]),
    ]
  }

  async moved(task) {
    const day = (date) => gantt.date.date_to_str('%Y-%m-%d')(date)
    await send(this, this.dataset.change, { task: task.id, start: day(task.start_date), end: day(task.end_date) })
  }
}

customElements.define('tl-gantt', Plan)
