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

// What is typed is summed at once: by row, by column, and in all.
document.addEventListener('input', ({ target }) => {
  const grid = target.closest?.('[data-grid]')
  if (!grid) return
  const rows = [...grid.tBodies[0].rows]
  const at = (row, column) => hoursOf(row.cells[column])
  const columns = [...rows[0].cells].map((_, column) => column).filter((column) => column && rows.some((row) => row.cells[column]?.matches('[data-field], .cell')))
  const say = (output, sum) => output && (output.textContent = `${new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 2 }).format(sum)}\u00a0h`)
  const sum = (values) => values.reduce((one, other) => one + other, 0)
  for (const row of rows) say(row.querySelector('[data-total-row]'), sum(columns.map((column) => at(row, column))))
  for (const column of columns) say(grid.tFoot?.rows[0].cells[column]?.querySelector('[data-total-column]'), sum(rows.map((row) => at(row, column))))
  say(grid.querySelector('[data-total-grid]'), sum(rows.flatMap((row) => columns.map((column) => at(row, column)))))
})

// The hours in a cell, typed or, where they can no longer be, as they were kept.
function hoursOf(cell) {
  const field = cell?.querySelector('[data-hours]')
  if (!field) return Number(cell?.dataset.kept ?? 0)
  const [, hours, minutes] = /^\s*(\d+):([0-5]\d)\s*$/.exec(field.value) ?? []
  return minutes ? Number(hours) + Number(minutes) / 60 : Number(field.value.replace(',', '.')) || 0
}
