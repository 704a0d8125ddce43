// Every page: htmx with server-sent events, Alpine (the build that needs no eval), and our own small parts.
import './htmx.js'
import 'htmx.org/dist/ext/hx-sse.js'
import Alpine from '@alpinejs/csp'
import { selection } from './selection.js'
import './toasts.js'
import './problems.js'
import './overlays.js'
import './table.js'
import './keys.js'
import './fields.js'
import './shell.js'
import './timer.js'
import './needs.js'

Alpine.data('selection', selection)
window.Alpine = Alpine
Alpine.start()
