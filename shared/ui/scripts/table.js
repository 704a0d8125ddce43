// A table's columns and saved views: both are the reader's own and stay in the browser.
const stored = (key) => JSON.parse(localStorage.getItem(key) ?? 'null')

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
    if (type === 'click' && target.closest('[data-view-save]')) this.save()
    if (type === 'click' && target.closest('[data-view-remove]')) this.keep(this.views.filter((view) => view.name !== target.closest('li').dataset.view))
  }

  get key() {
    return `table:${location.pathname}:${this.id}`
  }

  get views() {
    return stored(`${this.key}:views`) ?? []
  }

  // A rule of style hides a column, so that rows which arrive later are hidden as well.
  draw() {
    const boxes = [...this.querySelectorAll('[data-column-choice]')]
    const hidden = stored(`${this.key}:hidden`) ?? boxes.filter((box) => !box.defaultChecked).map((box) => box.dataset.columnChoice)
    boxes.forEach((box) => (box.checked = !hidden.includes(box.dataset.columnChoice)))
    const cells = hidden.map((name) => `#${CSS.escape(this.id)} [data-column="${CSS.escape(name)}"]`)
    this.sheet.replaceSync(cells.length ? `${cells.join(',')} { display: none }` : '')
    this.list()
  }

  choose() {
    const hidden = [...this.querySelectorAll('[data-column-choice]')].filter((box) => !box.checked)
    localStorage.setItem(`${this.key}:hidden`, JSON.stringify(hidden.map((box) => box.dataset.columnChoice)))
    this.draw()
  }

  save() {
    const input = this.querySelector('[data-view-name]')
    const name = input.value.trim()
    if (!name) return input.focus()
    input.value = ''
    this.keep([...this.views.filter((view) => view.name !== name), { name, query: location.search }])
  }

  keep(views) {
    localStorage.setItem(`${this.key}:views`, JSON.stringify(views))
    this.list()
  }

  list() {
    const list = this.querySelector('[data-views]')
    if (!list) return // a table without a row has nothing to look at in another way
    const item = ({ name, query }) => {
      const row = Object.assign(document.createElement('li'), {})
      row.dataset.view = name
      const link = Object.assign(document.createElement('a'), { href: location.pathname + query, textContent: name })
      if (query === location.search) link.ariaCurrent = 'true'
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
