// A table's columns and saved views: both are the reader's own and stay in the browser.
const stored = (key) => JSON.parse(localStorage.getItem(key) ?? 'null')
const same = (one, other) => one.length === other.length && one.every((name) => other.includes(name))

class Table extends HTMLElement {
  connectedCallback() {
    this.sheet = new CSSStyleSheet()
    document.adoptedStyleSheets.push(this.sheet)
    this.addEventListener('change', this)
    this.addEventListener('click', this)
    this.addEventListener('htmx:after:swap', () => this.draw())
    this.draw()
  }

  disconnectedCallback() {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.sheet)
  }

  handleEvent({ type, target }) {
    if (type === 'change' && target.dataset.columnChoice) this.choose()
    if (type !== 'click') return
    const shown = this.views.find((view) => view.name === target.closest('[data-view]')?.dataset.view)
    if (target.closest('[data-view-save]')) this.save()
    else if (target.closest('[data-view-remove]')) this.keep(this.views.filter((view) => view !== shown))
    else if (shown?.hidden) this.hide(shown.hidden) // and the link leads to its rows
  }

  get key() {
    return `table:${location.pathname}:${this.id}`
  }

  get views() {
    return stored(`${this.key}:views`) ?? []
  }

  get boxes() {
    return [...this.querySelectorAll('[data-column-choice]')]
  }

  get hidden() {
    return stored(`${this.key}:hidden`) ?? this.boxes.filter((box) => !box.defaultChecked).map((box) => box.dataset.columnChoice)
  }

  // Rules of style go by a column's place, so that rows which arrive later follow them as well; a row may also be one wide cell.
  draw() {
    const { boxes, hidden } = this
    boxes.forEach((box) => (box.checked = !hidden.includes(box.dataset.columnChoice)))
    const rules = [...this.querySelectorAll('th[data-column]')].map((head) => {
      const cells = `#${CSS.escape(this.id)} .grid-table > * > tr:not(.more) > :nth-child(${head.cellIndex + 1})`
      const label = head.textContent.trim()
      return `${cells} { ${label && `--label: ${JSON.stringify(label)};`} ${hidden.includes(head.dataset.column) ? 'display: none' : ''} }`
    })
    this.sheet.replaceSync(rules.join('\n'))
    this.list()
  }

  choose() {
    this.hide(this.boxes.filter((box) => !box.checked).map((box) => box.dataset.columnChoice))
    this.draw()
  }

  hide(columns) {
    localStorage.setItem(`${this.key}:hidden`, JSON.stringify(columns))
  }

  save() {
    const input = this.querySelector('[data-view-name]')
    const name = input.value.trim()
    if (!name) return input.focus()
    input.value = ''
    this.keep([...this.views.filter((view) => view.name !== name), { name, query: location.search, hidden: this.hidden }])
  }

  keep(views) {
    localStorage.setItem(`${this.key}:views`, JSON.stringify(views))
    this.list()
  }

  list() {
    const list = this.querySelector('[data-views]')
    if (!list) return // a table without a row has nothing to look at in another way
    const item = ({ name, query, hidden = this.hidden }) => {
      const row = Object.assign(document.createElement('li'), {})
      row.dataset.view = name
      const link = Object.assign(document.createElement('a'), { href: location.pathname + query, textContent: name })
      if (query === location.search && same(hidden, this.hidden)) link.ariaCurrent = 'true'
      const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: '×', ariaLabel: `${list.dataset.remove}: ${name}` })
      remove.dataset.viewRemove = ''
      row.append(link, remove)
      return row
    }
    const none = () => Object.assign(document.createElement('li'), { className: 'quiet', textContent: list.dataset.empty })
    list.replaceChildren(...(this.views.length ? this.views.map(item) : [none()]))
  }
}

customElements.define('tl-table', Table)
