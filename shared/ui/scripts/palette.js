// Search and jump (Ctrl K): the pages of the side at once, records as each service finds them.
const PATIENCE = 150
let asked = 0
let timer

const palette = () => document.getElementById('palette')
const options = () => [...palette().querySelectorAll('[role=option]')].filter((each) => each.checkVisibility())

document.addEventListener('click', ({ target }) => {
  if (target.closest('[data-opens-palette]')) open()
})

function open() {
  palette().showModal()
  const input = palette().querySelector('input')
  input.select()
  find(input.value)
}

document.addEventListener('input', ({ target }) => {
  if (!target.matches('[data-palette]')) return
  clearTimeout(timer)
  timer = setTimeout(() => find(target.value), PATIENCE)
})

document.addEventListener('keydown', (event) => {
  if (!event.target.matches?.('[data-palette]')) return
  const all = options()
  const at = all.findIndex((each) => each.ariaSelected === 'true')
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step && all.length) {
    event.preventDefault()
    choose(all, (at + step + all.length) % all.length)
  } else if (event.key === 'Enter') {
    event.preventDefault()
    all[Math.max(at, 0)]?.click()
  }
})

// What is chosen is told to the field, because the focus stays in it.
function choose(all, index) {
  all.forEach((each, place) => {
    each.ariaSelected = String(place === index)
    each.id = `found-${place}`
  })
  palette().querySelector('input').setAttribute('aria-activedescendant', all[index] ? `found-${index}` : '')
  all[index]?.scrollIntoView({ block: 'nearest' })
}

async function find(words) {
  const number = ++asked
  pages(words.trim().toLowerCase())
  await Promise.all([...palette().querySelectorAll('[data-palette-of]')].map((place) => ask(place, words.trim(), number)))
  if (number !== asked) return
  const all = options()
  palette().querySelector('[data-palette-none]').hidden = all.length > 0 || !words.trim()
  choose(all, 0)
}

function pages(words) {
  const place = palette().querySelector('[data-palette-pages]')
  const links = [...document.querySelectorAll('#side nav a')].filter((each) => each.textContent.trim().toLowerCase().includes(words))
  place.replaceChildren(...links.map(option))
  choose(options(), 0)
}

function option(link) {
  const copy = link.cloneNode(true)
  copy.removeAttribute('data-key')
  copy.removeAttribute('aria-current')
  copy.setAttribute('role', 'option')
  return copy
}

async function ask(place, words, number) {
  if (!words) return place.replaceChildren()
  try {
    const answer = await fetch(`/${place.dataset.paletteOf}/search?${new URLSearchParams({ q: words })}`, { headers: { 'HX-Request': 'true' } })
    if (number !== asked) return
    if (!answer.ok) throw new Error(answer.status)
    place.innerHTML = await answer.text()
  } catch {
    const told = Object.assign(document.createElement('p'), { className: 'unavailable', textContent: place.dataset.unavailable })
    if (number === asked) place.replaceChildren(told)
  }
}
