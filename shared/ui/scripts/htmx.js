// htmx as a global, which its extensions expect.
import htmx from 'htmx.org/dist/htmx.esm.js'

window.htmx = htmx
export default htmx
