// Short messages. A server sends one by the header HX-Trigger: {"toast": {"text": …, "tone": "good", "undo": "/address", "values": {…}}}.
import { send } from './send.js'

const KEPT = 'toasts'
const MOST = 4
const SECONDS = { good: 6, info: 6, warn: 10, bad: 15 }

class Toasts extends HTMLElement {
  connectedCallback() {
    for (const toast of JSON.parse(sessionStorage.getItem(KEPT) ?? '[]')) this.show(toast)
    sessionStorage.removeItem(KEPT)
    document.addEventListener('toast', (event) => this.show(event.detail))
    // A message outlives the page that is left because of it.
    addEventListener('pagehide', () => {
      const shown = [...this.children].map((each) => each.toast)
      if (shown.length) sessionStorage.setItem(KEPT, JSON.stringify(shown))
    })
  }

  show(toast) {
    const { text, tone = 'good', mend, undo, values = {} } = toast
    const box = document.createElement('div')
    box.className = `toast-box tone-${tone}`
    box.role = tone === 'bad' ? 'alert' : 'status'
    box.toast = toast
    const words = document.createElement('p')
    words.textContent = text
    box.append(words)
    if (mend) words.append(Object.assign(document.createElement('span'), { className: 'sub', textContent: mend }))
    if (undo) box.append(this.button(this.dataset.undo, () => send(document.body, undo, values).then(() => box.remove())))
    const close = this.button('×', () => box.remove())
    close.ariaLabel = this.dataset.close
    box.append(close)
    this.append(box)
    while (this.children.length > MOST) this.firstElementChild.remove()
    this.leave(box, SECONDS[tone] * 1000)
  }

  // It stays for as long as somebody reads it or is about to press its button.
  leave(box, after) {
    let timer = setTimeout(() => box.remove(), after)
    const wait = () => clearTimeout(timer)
    const goOn = () => (timer = setTimeout(() => box.remove(), after / 2))
    box.addEventListener('pointerenter', wait)
    box.addEventListener('focusin', wait)
    box.addEventListener('pointerleave', goOn)
    box.addEventListener('focusout', goOn)
  }

  button(label, act) {
    const button = Object.assign(document.createElement('button'), { type: 'button', className: 'btn btn-quiet', textContent: label })
    button.addEventListener('click', act)
    return button
  }
}

customElements.define('tl-toasts', Toasts)

export const toast = (detail) => document.dispatchEvent(new CustomEvent('toast', { detail }))
