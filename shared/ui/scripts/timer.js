// How long something runs: the server says how long it has by now, from then on it is counted here.
class Timer extends HTMLElement {
  connectedCallback() {
    const since = Date.now() - Number(this.dataset.seconds) * 1000
    const tell = () => {
      const seconds = Math.floor((Date.now() - since) / 1000)
      const [minutes, rest] = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
      this.textContent = `${Math.floor(seconds / 3600)}:${minutes}:${rest}`
    }
    tell()
    this.ticking = setInterval(tell, 1000)
  }

  disconnectedCallback() {
    clearInterval(this.ticking)
  }
}

customElements.define('tl-timer', Timer)
