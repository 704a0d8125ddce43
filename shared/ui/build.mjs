// Builds dist/ from styles/, scripts/ and the installed libraries: files named by their content, each beside its gzip,
// a manifest that gives the address of each entry, and the icons.
import { build } from 'esbuild'
import { readFile, readdir, rm, mkdir, writeFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { gzipSync } from 'node:zlib'

const OUT = 'dist'
const ENTRIES = ['theme.js', 'app.js', 'app.css']
const COMPRESSED = new Set(['.js', '.css'])

await rm(OUT, { recursive: true, force: true })
await mkdir(OUT, { recursive: true })

const built = await build({
  entryPoints: ENTRIES.map((name) => (name.endsWith('.css') ? `styles/${name}` : `scripts/${name}`)),
  outdir: OUT,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  legalComments: 'linked',
  loader: { '.woff2': 'file' },
  logLevel: 'warning',
})

const manifest = {}
for (const [path, output] of Object.entries(built.metafile.outputs)) {
  if (output.entryPoint) manifest[basename(output.entryPoint)] = basename(path)
  else if (path.endsWith('.woff2')) manifest[Object.keys(output.inputs).map((input) => basename(input))[0]] = basename(path)
}
await writeFile(join(OUT, 'manifest.json'), JSON.stringify(manifest, null, 2))

for (const name of await readdir(OUT)) {
  if (COMPRESSED.has(extname(name))) {
    await writeFile(join(OUT, `${name}.gz`), gzipSync(await readFile(join(OUT, name)), { level: 9 }))
  }
}

const outline = JSON.parse(await readFile('node_modules/@tabler/icons/tabler-nodes-outline.json'))
const drawn = ([tag, attributes]) =>
  `<${tag} ${Object.entries(attributes).map(([name, value]) => `${name}="${value}"`).join(' ')}/>`
await writeFile(
  join(OUT, 'icons.json'),
  JSON.stringify(Object.fromEntries(Object.entries(outline).map(([name, nodes]) => [name, nodes.map(drawn).join('')]))),
)
