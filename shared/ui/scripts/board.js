// Cards that move between columns: by mouse or finger (SortableJS), or by Alt and the arrow keys.
import Sortable from 'sortablejs/modular/sortable.core.esm.js'
import { askAgain } from './live.js'
import { send } from './send.js'

class Board extends HTMLElement {
  connectedCallback() {
    this.sortables = [...this.querySelectorAll('[data-cards]')].map(
      (list) =>
        new Sortable(list, {
          group: this.id,
          animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 140,
          draggable: '.board-card',
          ghostClass: 'is-ghost',
          delay: 150,
          delayOnTouchOnly: true,
          onStart: ({ item }) => (this.from = this.placeOf(item)),
          onEnd: ({ item }) => this.dropped(item),
        }),
    )
    this.addEventListener('keydown', this)
    document.addEventListener('htmx:before:swap', this)
  }

  disconnectedCallback() {
    this.sortables.forEach((each) => each.destroy())
    document.removeEventListener('htmx:before:swap', this)
  }

  handleEvent(event) {
    if (event.type === 'htmx:before:swap') return this.hold(event)
    const card = event.target.closest('.board-card')
    if (!card || !event.altKey || !event.key.startsWith('Arrow')) return
    event.preventDefault()
    const from = this.placeOf(card)
    const lists = [...this.querySelectorAll('[data-cards]')]
    const aside = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (aside) lists[lists.indexOf(card.parentElement) + aside]?.prepend(card)
    else if (event.key === 'ArrowUp') card.previousElementSibling?.before(card)
    else card.nextElementSibling?.after(card)
    card.focus()
    this.moved(card, from)
  }

  // What others have changed comes once the card is dropped: nothing moves under somebody's hand.
  hold(event) {
    if (!this.from || !event.target.contains(this)) return
    event.preventDefault()
    this.missed = event.target
  }

  dropped(card) {
    const from = this.from
    this.from = undefined
    if (this.missed) askAgain(this.missed)
    this.missed = undefined
    this.moved(card, from)
  }

  placeOf(card) {
    return { list: card.parentElement, next: card.nextElementSibling }
  }

  async moved(card, from) {
    const column = card.closest('[data-column]')
    const position = [...card.parentElement.children].indexOf(card)
    if (card.parentElement === from.list && card.nextElementSibling === from.next) return
    const made = await send(this, this.dataset.move, { card: card.dataset.card, column: column.dataset.column, position })
    if (!made) {
      from.list.insertBefore(card, from.next)
      return
    }
    this.querySelector('[data-announce]').textContent = this.dataset.moved
      .replace('{card}', card.dataset.label)
      .replace('{column}', column.dataset.label)
      .replace('{place}', position + 1)
  }
}

customElements.define('tl-board', Board)
