// A change that a component asks for, by POST with what the page adds to its requests; tells whether it was made.
export async function send(source, url, values) {
  let status = 0
  source.addEventListener('htmx:finally:request', (event) => (status = event.detail.ctx.response?.status ?? 0), { once: true })
  await window.htmx.ajax('POST', url, { source, target: source, swap: 'none', values })
  return status >= 200 && status < 400
}
