// The keyboard: an element with data-key="n" or data-key="g p" is pressed by these keys, and listed in the map (`?`).
const PATIENCE = 900
const typing = (target) => target.closest('input, textarea, select, [contenteditable]')
let before = ''
let forget

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.isComposing || event.altKey) return
  const held = event.ctrlKey || event.metaKey
  if (typing(event.target) && !held) return
  if (event.key === '?' && !held) return showMap()
  const pressed = held ? `mod+${event.key.toLowerCase()}` : event.key.toLowerCase()
  const found = keyed(`${before} ${pressed}`.trim()) ?? keyed(pressed)
  clearTimeout(forget)
  before = ''
  if (found) {
    event.preventDefault()
    found.matches('input, select, textarea') ? found.focus() : found.click()
  } else if (!held && pressed.length === 1) {
    before = pressed
    forget = setTimeout(() => (before = ''), PATIENCE)
  }
})

// What a reader cannot see cannot be pressed; an open dialog keeps the keys for itself.
function keyed(keys) {
  const scope = document.querySelector('dialog[open]') ?? document
  return [...scope.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].find((each) => each.checkVisibility())
}

function showMap() {
  const dialog = document.getElementById('keys')
  const list = dialog.querySelector('.key-map')
  list.querySelectorAll('[data-found]').forEach((each) => each.remove())
  for (const each of document.querySelectorAll('[data-key]')) list.append(line(each))
  if (!dialog.open) dialog.showModal()
}

function line(element) {
  const row = document.createElement('li')
  row.dataset.found = ''
  const label = element.dataset.keyLabel ?? element.ariaLabel ?? element.textContent.trim()
  row.append(Object.assign(document.createElement('span'), { textContent: label }))
  const keys = Object.assign(document.createElement('span'), { className: 'keys' })
  for (const key of element.dataset.key.split(' ')) {
    keys.append(Object.assign(document.createElement('kbd'), { textContent: key.replace('mod+', 'Ctrl ') }))
  }
  row.append(keys)
  return row
}
