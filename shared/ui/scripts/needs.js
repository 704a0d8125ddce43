// The first page: what every service says waits for somebody, put together into one list, the most urgent first.
const SHOWN = 12

class Needs extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector('[data-list]')
    this.rest = this.querySelector('[data-all]')
    this.kinds = [...this.querySelectorAll('button[data-kind]')]
    this.most = SHOWN
    this.addEventListener('click', this)
    this.heard = new MutationObserver(() => this.draw())
    for (const part of this.querySelectorAll('.home-part')) this.heard.observe(part, { childList: true, subtree: true, attributes: true })
    this.draw()
  }

  disconnectedCallback() {
    this.heard.disconnect()
  }

  handleEvent({ target }) {
    const kind = target.closest('button[data-kind]')
    if (kind) this.only = this.only === kind.dataset.kind ? undefined : kind.dataset.kind
    else if (target.closest('[data-all]')) this.most = Infinity
    else return
    this.draw()
  }

  draw() {
    const waiting = [...this.querySelectorAll('[data-needs] > li')].sort((one, other) => (one.dataset.urgency < other.dataset.urgency ? -1 : 1))
    if (!waiting.some(({ dataset }) => dataset.kind === this.only)) this.only = undefined
    for (const kind of this.kinds) this.count(kind, waiting.filter(({ dataset }) => dataset.kind === kind.dataset.kind))
    const wanted = waiting.filter(({ dataset }) => !this.only || dataset.kind === this.only)
    this.show(wanted.slice(0, this.most))
    this.rest.hidden = wanted.length <= this.most
    this.rest.lastElementChild.textContent = wanted.length
  }

  count(kind, own) {
    const day = (row) => row.querySelector('time')?.dateTime ?? '9'
    const [oldest] = [...own].sort((one, other) => (day(one) < day(other) ? -1 : 1))
    kind.hidden = own.length === 0
    kind.ariaPressed = String(this.only === kind.dataset.kind)
    kind.querySelector('[data-number]').textContent = own.reduce((sum, { dataset }) => sum + Number(dataset.count), 0)
    kind.querySelector('[data-oldest]').textContent = oldest?.querySelector('time')?.dataset.first ?? ''
  }

  // Who stands on a row stays there when another one arrives.
  show(rows) {
    const at = this.list.contains(document.activeElement) && document.activeElement.getAttribute('href')
    this.list.replaceChildren(...rows.map((row) => row.cloneNode(true)))
    if (at) this.list.querySelector(`a[href="${CSS.escape(at)}"]`)?.focus()
  }
}

customElements.define('tl-needs', Needs)
