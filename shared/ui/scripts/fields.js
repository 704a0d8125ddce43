// Hours may be typed as 7:30, 7.5 or 7,5; what leaves the field is the decimal.
document.addEventListener('change', ({ target }) => {
  if (!target.matches?.('[data-hours]')) return
  const [, hours, minutes] = /^\s*(\d+):([0-5]\d)\s*$/.exec(target.value) ?? []
  if (minutes) target.value = String(Math.round((Number(hours) + Number(minutes) / 60) * 100) / 100)
})

// A table of inputs is walked with the arrow keys, as in a spreadsheet.
document.addEventListener('keydown', (event) => {
  const grid = event.target.closest?.('[data-grid]')
  const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key]
  if (!grid || !step || event.altKey || !event.target.matches('input')) return
  const column = event.target.closest('td').cellIndex
  let row = event.target.closest('tr')
  do row = step > 0 ? row.nextElementSibling : row.previousElementSibling
  while (row && !row.cells[column]?.querySelector('input'))
  const next = row?.cells[column].querySelector('input')
  if (!next) return
  event.preventDefault()
  next.focus()
  next.select()
})
