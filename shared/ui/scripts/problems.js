// Problem details (RFC 9457) that a request was refused with: shown beside the fields they point at, else as a message.
import { toast } from './toasts.js'

const POINTER = /^#\/(body|query|form)\//

document.addEventListener('htmx:before:response', (event) => {
  const { ctx } = event.detail
  if (!ctx.response.headers.get('content-type')?.startsWith('application/problem+json')) return
  event.preventDefault()
  ctx.response.raw.json().then((problem) => show(ctx.sourceElement, problem))
})

document.addEventListener('htmx:error', (event) => {
  if (unavailable(event.detail.ctx?.sourceElement)) return
  toast({ tone: 'bad', text: document.querySelector('tl-toasts').dataset.unreachable })
})

document.addEventListener('htmx:before:request', (event) => {
  const form = event.detail.ctx.sourceElement.closest('form[data-problems]')
  if (form) clear(form)
})

function show(source, problem) {
  const logIn = problem.code === 'not_logged_in' && document.getElementById('log-in-again')
  if (logIn) return logIn.open || logIn.showModal()
  if (unavailable(source)) return
  const form = source.closest?.('form[data-problems]')
  if (!form) {
    toast({ tone: 'bad', text: spoken(problem.detail), mend: spoken(problem.mend) })
    return
  }
  const fields = problem.errors.map(({ pointer, detail }) => mark(form, pointer, spoken(detail, form)))
  // What is wrong with something that this form does not show is told with the rest, by its name.
  const elsewhere = problem.errors.filter(({ detail }, at) => !fields[at] && detail !== problem.detail)
  const mend = [problem.mend, ...elsewhere.map(({ pointer, detail }) => `\`${place(pointer)}\`: ${detail}`)]
  const summary = form.querySelector('[data-fault-summary]')
  summary.querySelector('[data-fault-title]').textContent = spoken(problem.detail, form)
  summary.querySelector('[data-fault-mend]').textContent = spoken(mend.filter(Boolean).join(' '), form)
  summary.hidden = false
  const first = fields.find(Boolean)?.querySelector('input, select, textarea')
  ;(first ?? summary).focus()
}

// A refusal names fields as the API does; people know them by the labels of their form.
function spoken(text, form) {
  return (text ?? '').replace(/`([\w/]+)`/g, (_, name) => {
    const label = form?.querySelector(`[data-field="${CSS.escape(name)}"] .field-label`)
    return label ? `“${label.firstChild.textContent.trim()}”` : name.replace(/_id$/, '').replaceAll('_', ' ')
  })
}

// The field of `pointer` with what is wrong beside it; undefined where this form has no such field.
function mark(form, pointer, detail) {
  const field = form.querySelector(`[data-field="${CSS.escape(place(pointer))}"]`)
  if (!field) return
  field.classList.add('is-wrong')
  field.querySelector('input, select, textarea')?.setAttribute('aria-invalid', 'true')
  const fault = field.querySelector('[data-fault]')
  fault.textContent = detail
  fault.hidden = false
  return field
}

function place(pointer) {
  return pointer.replace(POINTER, '').replaceAll('~1', '/').replaceAll('~0', '~')
}

function clear(form) {
  form.querySelector('[data-fault-summary]').hidden = true
  for (const field of form.querySelectorAll('.is-wrong')) {
    field.classList.remove('is-wrong')
    field.querySelector('[aria-invalid]')?.removeAttribute('aria-invalid')
    field.querySelector('[data-fault]').hidden = true
  }
}

// A part of the page whose service is down says so in its own place.
function unavailable(source) {
  const text = source?.dataset?.unavailable
  if (!text) return false
  source.replaceChildren(Object.assign(document.createElement('p'), { className: 'unavailable', textContent: text }))
  return true
}
