// What changes elsewhere is heard here: for each service one tab of the browser holds the stream and tells the others,
// because a browser opens only a few connections to one address. A fragment asks again by
// hx-trigger="changed-crm from:body" or, for one feature, hx-trigger="changed-crm-accounts from:body".
const TRY_AGAIN = 15_000
const frame = document.getElementById('frame')
const channel = new BroadcastChannel('live')

channel.onmessage = ({ data }) => tell(data)

const held = new Set()
document.addEventListener('close', release, true)

function tell({ service, feature }) {
  for (const name of [`changed-${service}`, `changed-${service}-${feature}`]) say(name)
}

function say(name) {
  held.add(name)
  release()
}

// Nothing moves under an open dialog, and nothing that is typed in one is lost: what changes is shown once it is closed.
function release() {
  if (document.querySelector('dialog[open]')) return
  const names = [...held]
  held.clear()
  for (const name of names) document.body.dispatchEvent(new CustomEvent(name))
}

function listen(service) {
  const source = new EventSource(`/${service}/live`)
  source.addEventListener('changed', ({ data: feature }) => {
    tell({ service, feature })
    channel.postMessage({ service, feature })
  })
  source.addEventListener('ready', () => heard(service))
  source.addEventListener('error', () => source.readyState === EventSource.CLOSED && setTimeout(() => listen(service), TRY_AGAIN))
}

// Nothing is missed from now on. What changed while the stream was broken is asked for.
function heard(service) {
  const known = new Set(frame.dataset.live?.split(' '))
  if (known.has(service)) {
    for (const part of document.querySelectorAll(`[hx-trigger*="changed-${service}"]`)) askAgain(part)
  }
  frame.dataset.live = [...known.add(service)].join(' ')
}

// Have a part of the page ask again, as if what it shows had changed.
export function askAgain(part) {
  for (const [name] of part.getAttribute('hx-trigger').matchAll(/changed-[\w-]+/g)) say(name)
}

for (const service of frame?.dataset.services.split(' ') ?? []) {
  if (navigator.locks) navigator.locks.request(`live ${service}`, () => (listen(service), new Promise(() => {})))
  else if (service === frame.dataset.service) listen(service)
}
