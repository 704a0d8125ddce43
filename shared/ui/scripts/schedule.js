// Who is booked when: event-calendar's resource timeline; a booking that is moved or stretched is told to the server.
import EventCalendar from '@event-calendar/build'
import { send } from './send.js'

class Schedule extends HTMLElement {
  connectedCallback() {
    const { people, bookings } = JSON.parse(this.querySelector('[data-plan]').textContent)
    this.place = document.createElement('div')
    this.append(this.place)
    const told = (info) => this.moved(info)
    this.calendar = EventCalendar.create(this.place, {
      view: this.dataset.view,
      date: this.dataset.start,
      locale: this.dataset.language,
      height: this.dataset.height,
      editable: Boolean(this.dataset.change),
      slotWidth: 34,
      resources: people,
      events: bookings.map(({ tone, ...each }) => ({ ...each, classNames: [`tone-${tone ?? 'info'}`] })),
      eventDrop: told,
      eventResize: told,
    })
  }

  disconnectedCallback() {
    EventCalendar.destroy(this.calendar)
    this.place.remove()
  }

  async moved({ event, revert }) {
    const day = (date) => new Date(date.getTime() - date.getTimezoneOffset() * 60000).toISOString().slice(0, 10)
    const made = await send(this, this.dataset.change, { booking: event.id, person: event.resourceIds[0], start: day(event.start), end: day(event.end) })
    if (!made) revert()
  }
}

customElements.define('tl-schedule', Schedule)
