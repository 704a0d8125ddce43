// Builds dist/ from styles/, scripts/ and the installed libraries: files named by their content, each beside its gzip,
// a manifest that gives the address of each entry, and the icons.
import { build } from 'esbuild'
import { readFile, readdir, rm, mkdir, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const OUT = 'dist'
// theme.js runs at once, so it is no module; the libraries of some pages only have entries of their own.
const MODULES = ['scripts/app.js', 'scripts/board.js', 'scripts/chart.js', 'scripts/gantt.js', 'scripts/schedule.js']
const STYLES = ['styles/app.css', 'styles/gantt.css', 'styles/schedule.css']
const IMAGES = ['images/mark.svg']
const COMPRESSED = new Set(['.js', '.css'])

const amended = {
  name: 'amended libraries',
  setup({ onLoad, onResolve }) {
    // Its text font comes from somebody else's server, its icons are written into the style sheet: no page may load either.
    const fonts = []
    onLoad({ filter: /dhtmlxgantt\.css$/ }, async ({ path }) => ({
      contents: (await readFile(path, 'utf8'))
        .replace(/@font-face\s*\{[^}]*https:[^}]*\}/g, '')
        .replace(/url\(data:font\/woff2?;base64,([^)]*)\)/g, (_, data) => `url("gantt-icons-${fonts.push(data) - 1}.woff2")`),
      loader: 'css',
    }))
    onResolve({ filter: /^gantt-icons-\d+\.woff2$/ }, ({ path }) => ({ path, namespace: 'gantt-icons' }))
    onLoad({ filter: /./, namespace: 'gantt-icons' }, ({ path }) => ({
      contents: Buffer.from(fonts[/\d+/.exec(path)[0]], 'base64'),
      loader: 'file',
    }))
    // It is published as a script that defines a global.
    onLoad({ filter: /event-calendar\.min\.js$/ }, async ({ path }) => ({
      contents: `${await readFile(path, 'utf8')}\nexport default EventCalendar`,
      loader: 'js',
    }))
  },
}

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })

const shared = {
  outdir: OUT,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  metafile: true,
  target: 'es2022',
  legalComments: 'linked',
  loader: { '.woff2': 'file', '.svg': 'copy' },
  plugins: [amended],
  logLevel: 'warning',
}
const outputs = await Promise.all([
  build({ ...shared, entryPoints: ['scripts/theme.js'], format: 'iife' }),
  build({ ...shared, entryPoints: MODULES, format: 'esm' }),
  build({ ...shared, entryPoints: [...STYLES, ...IMAGES] }),
])

const manifest = {}
for (const [path, output] of outputs.flatMap(({ metafile }) => Object.entries(metafile.outputs))) {
  if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path)
  else if (path.endsWith('.woff2')) manifest[basename(Object.keys(output.inputs)[0])] = basename(path)
}
await writeFile(join(OUT, 'manifest.json'), JSON.stringify(manifest, null, 2))

for (const name of await readdir(OUT)) {
  if (!COMPRESSED.has(extname(name))) continue
  const written = await readFile(join(OUT, name))
  if (/(url\(["']?|@import\s+["'])(https?:)?\/\//.test(written)) throw new Error(`${name} would fetch something from another server`)
  await writeFile(join(OUT, `${name}.gz`), gzipSync(written, { level: 9 }))
}

const outline = JSON.parse(await readFile('node_modules/@tabler/icons/tabler-nodes-outline.json'))
const drawn = ([tag, attributes]) =>
  `<${tag} ${Object.entries(attributes).map(([name, value]) => `${name}="${value}"`).join(' ')}/>`
await writeFile(
  join(OUT, 'icons.json'),
  JSON.stringify(Object.fromEntries(Object.entries(outline).map(([name, nodes]) => [name, nodes.map(drawn).join('')]))),
)
