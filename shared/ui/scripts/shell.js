// The frame: what every request of ours carries, the side on small screens, the language, and what waits.
import './live.js'
import './palette.js'

const UNSAFE = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])
const keys = new WeakMap()

// A change says that it comes from our own page, and by its key that asking twice means once.
document.addEventListener('htmx:config:request', ({ detail: { ctx } }) => {
  if (!UNSAFE.has(ctx.request.method.toUpperCase())) return
  const token = document.querySelector('meta[name="form-token"]')
  if (token) ctx.request.headers['X-CSRF-Token'] = token.content
  const form = ctx.sourceElement.closest?.('form')
  if (!form) return
  if (!keys.has(form)) keys.set(form, key())
  ctx.request.headers['Idempotency-Key'] = keys.get(form)
})
document.addEventListener('input', ({ target }) => target.form && keys.delete(target.form))
document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => {
  if (ctx.response?.status < 400) keys.delete(ctx.sourceElement.closest?.('form'))
})

function key() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

// Of a long side, the page that one is on is in sight.
document.querySelector('#side [aria-current]')?.scrollIntoView({ block: 'nearest' })

document.addEventListener('click', ({ target }) => {
  const opener = target.closest('[data-opens-side]')
  const frame = document.getElementById('frame')
  if (!frame) return
  if (opener) frame.classList.toggle('side-is-open')
  else if (!target.closest('#side')) frame.classList.remove('side-is-open')
  document.querySelector('[data-opens-side]')?.setAttribute('aria-expanded', frame.classList.contains('side-is-open'))
})
document.addEventListener('keydown', ({ key }) => key === 'Escape' && document.getElementById('frame')?.classList.remove('side-is-open'))

document.addEventListener('change', ({ target }) => {
  if (!target.matches?.('[data-language]')) return
  document.cookie = `locale=${target.value}; path=/; max-age=31536000; samesite=lax`
  location.reload()
})

// The number at the bell is the sum of what the services say.
document.addEventListener('htmx:after:swap', () => {
  const bell = document.querySelector('[data-waiting]')
  if (!bell) return
  const waiting = [...document.querySelectorAll('[data-waiting-here]')].reduce((sum, each) => sum + Number(each.dataset.waitingHere), 0)
  bell.textContent = waiting > 99 ? '99+' : waiting
  bell.hidden = waiting === 0
})
