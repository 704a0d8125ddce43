// Who is booked when: event-calendar's resource timeline; a booking that is moved or stretched is told to the server.
import EventCalendar from '@event-calendar/build'
import { send } from './send.js'

class Schedule extends HTMLElement {
  connectedCallback() {
    const { people, bookings } = JSON.parse(this.querySelector('[data-plan]').textContent)
    this.people = people
    this.place = document.createElement('div')
    this.append(this.place)
    const told = (info) => this.moved(info)
    // The library calls its boxes a table without rows: read aloud, that is worse than plain boxes.
    this.read = new MutationObserver(() => this.tidy())
    this.read.observe(this.place, { childList: true, subtree: true })
    this.addEventListener('keydown', this)
    this.calendar = EventCalendar.create(this.place, {
      view: this.dataset.view,
      date: this.dataset.start,
      locale: this.dataset.language,
      height: this.dataset.height,
      buttonText: (texts) => ({ ...texts, today: this.dataset.today }),
      editable: Boolean(this.dataset.change),
      slotWidth: 34,
      resources: people,
      events: bookings.map(({ tone, ...each }) => ({ ...each, classNames: [`tone-${tone ?? 'info'}`] })),
      eventDidMount: ({ event, el }) => this.entitle(event, el),
      eventDrop: told,
      eventResize: told,
    })
  }

  disconnectedCallback() {
    this.read.disconnect()
    EventCalendar.destroy(this.calendar)
    this.place.remove()
  }

  tidy() {
    for (const role of ['table', 'rowgroup', 'row', 'rowheader', 'columnheader', 'cell']) {
      for (const box of this.place.querySelectorAll(`[role=${role}]`)) {
        for (const attribute of ['role', 'aria-colindex', 'aria-rowindex']) box.removeAttribute(attribute)
      }
    }
    this.place.querySelector('.ec-main')?.setAttribute('tabindex', '0')
  }

  entitle(event, box) {
    const day = new Intl.DateTimeFormat(this.dataset.language, { day: 'numeric', month: 'short' })
    const { title } = this.people.find(({ id }) => id === event.resourceIds[0])
    box.tabIndex = 0
    box.dataset.booking = event.id
    box.ariaLabel = `${event.title}, ${title}, ${day.formatRange(event.start, event.end)}`
    box.ariaKeyShortcuts = 'Alt+ArrowLeft Alt+ArrowRight Alt+ArrowUp Alt+ArrowDown'
  }

  // Alt and an arrow key move a booking by a day, or to the next person.
  async handleEvent(event) {
    const id = event.target.dataset.booking
    if (!id || !event.altKey || !event.key.startsWith('Arrow') || !this.dataset.change) return
    event.preventDefault()
    const was = this.calendar.getEventById(id)
    const days = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0
    const steps = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? 0
    const person = this.people[this.people.findIndex(({ id }) => id === was.resourceIds[0]) + steps]
    if (!person) return
    const shifted = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate() + days)
    const now = { ...was, start: shifted(was.start), end: shifted(was.end), resourceIds: [person.id] }
    this.calendar.updateEvent(now)
    await this.moved({ event: now, revert: () => this.calendar.updateEvent(was) })
    this.querySelector(`[data-booking="${CSS.escape(id)}"]`)?.focus()
  }

  async moved({ event, revert }) {
    const day = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10)
    const made = await send(this, this.dataset.change, { booking: event.id, person: event.resourceIds[0], start: day(event.start), end: day(event.end) })
    if (!made) revert()
  }
}

customElements.define('tl-schedule', Schedule)
