// What lies over the page: dialogs, drawers, menus, the question before a step, the theme.

// Buttons name the dialog they open; browsers that do not know `command` yet are helped.
if (!('commandForElement' in HTMLButtonElement.prototype)) {
  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[commandfor]')
    const dialog = button && document.getElementById(button.getAttribute('commandfor'))
    if (dialog) button.getAttribute('command') === 'close' ? dialog.close() : dialog.showModal()
  })
}

// A menu closes when somebody goes elsewhere or presses Escape.
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) if (!menu.contains(event.target)) menu.open = false
})
document.addEventListener('keydown', (event) => {
  const menu = event.key === 'Escape' && event.target.closest('details.menu[open]')
  if (!menu) return
  menu.open = false
  menu.querySelector('summary').focus()
})

// hx-confirm asks in our own dialog.
document.addEventListener('htmx:confirm', (event) => {
  event.preventDefault()
  const { ctx, issueRequest, dropRequest } = event.detail
  const dialog = document.getElementById('confirm')
  dialog.querySelector('#confirm-question').textContent = ctx.confirm
  dialog.returnValue = 'no'
  dialog.addEventListener('close', () => (dialog.returnValue === 'yes' ? issueRequest() : dropRequest()), { once: true })
  dialog.showModal()
})

document.addEventListener('click', (event) => {
  if (!event.target.closest('[data-theme-switch]')) return
  const theme = document.documentElement.dataset.bsTheme === 'dark' ? 'light' : 'dark'
  localStorage.setItem('theme', theme)
  document.documentElement.dataset.bsTheme = theme
  document.dispatchEvent(new CustomEvent('theme'))
})
