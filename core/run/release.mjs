/** Owns a release: one archive that starts with `npm ci --omit=dev && npm start` and needs no builder, and its checksum. */
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createGzip } from 'node:zlib'
import { createTarPacker } from 'modern-tar'
import { buildWhenNeeded, RELEASED } from './build.mjs'

/** Sources come along for their types: whoever writes a plugin is told by the editor what it may do. */
const FOLDERS = ['config', 'core', 'migrations', 'plugins', 'themes']
const FILES = ['LICENSE', 'README.md', 'tsconfig.json', '.npmrc']
const LEFT_OUT = /\.test\.tsx?$|^config\/local\.ts$|^dist\/bench\.js/

/**
 * Writes `pomoc-<version>.tar.gz` and `pomoc-<version>.tar.gz.sha256` (as `sha256sum -c` reads it) into `folder`; answers the archive's path.
 * Everything in it lies in a folder of its own, `pomoc-<version>`.
 */
export async function makeRelease(project, folder = join(project, 'release')) {
  await buildWhenNeeded(project)
  const { version } = JSON.parse(await readFile(join(project, 'package.json'), 'utf8'))
  const name = `pomoc-${version}`
  const path = join(folder, `${name}.tar.gz`)
  await mkdir(folder, { recursive: true })
  const { readable, controller } = createTarPacker()
  const adding = async () => {
    for (const file of await filesOf(project)) {
      const { size, mode, mtime } = await stat(join(project, file))
      const entry = controller.add({ name: `${name}/${file}`, size, type: 'file', mode: mode & 0o111 ? 0o755 : 0o644, mtime })
      await Readable.toWeb(createReadStream(join(project, file))).pipeTo(entry)
    }
    for (const [file, content] of Object.entries({ ...(await packagesOf(project)), [RELEASED]: { version } })) {
      const bytes = Buffer.from(`${JSON.stringify(content, null, 2)}\n`)
      const entry = controller.add({ name: `${name}/${file}`, size: bytes.length, type: 'file', mode: 0o644 }).getWriter()
      await entry.write(bytes)
      await entry.close()
    }
    controller.finalize()
  }
  await Promise.all([adding(), pipeline(Readable.fromWeb(readable), createGzip({ level: 9 }), createWriteStream(path))])
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  await writeFile(`${path}.sha256`, `${hash.digest('hex')}  ${name}.tar.gz\n`)
  return path
}

/** What runs pomoc, and nothing that builds, checks or tests it; packages that others would only use if they were there among them. */
async function packagesOf(project) {
  const read = async (file) => JSON.parse(await readFile(join(project, file), 'utf8'))
  const [{ devDependencies: _dev, scripts, ...manifest }, lock] = [await read('package.json'), await read('package-lock.json')]
  const { devDependencies: _alsoDev, ...root } = lock.packages['']
  const { start, demo, pomoc } = scripts
  return {
    'package.json': { ...manifest, scripts: { start, demo, pomoc } },
    'package-lock.json': { ...lock, packages: { '': root, ...neededBy(root, lock.packages) } },
  }
}

/** Of the packages of a lock those that this one needs, itself or by others, where Node would find them. Paths are the lock's. */
function neededBy(root, packages) {
  const found = new Map()
  const follow = (from, { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta }) => {
    const peers = Object.keys(peerDependencies ?? {}).filter((name) => !peerDependenciesMeta?.[name]?.optional)
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]) {
      const path = nearest(from, name, packages)
      if (path === undefined || found.has(path)) continue
      found.set(path, packages[path])
      follow(path, packages[path])
    }
  }
  follow('', root)
  return Object.fromEntries([...found].toSorted(([a], [b]) => (a < b ? -1 : 1)))
}

function nearest(from, name, packages) {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf('/node_modules/')))) {
    const path = `${at}${at === '' ? '' : '/'}node_modules/${name}`
    if (packages[path]) return path
    if (at === '') return undefined
  }
}

async function filesOf(project) {
  // Of dist what this build made: what an earlier one left may lie beside it.
  const { outputs } = JSON.parse(await readFile(join(project, 'dist', '.stamp.json'), 'utf8'))
  const found = [...FILES, ...outputs.map((file) => `dist/${file}`)]
  for (const folder of FOLDERS)
    for (const entry of await readdir(join(project, folder), { recursive: true, withFileTypes: true }))
      if (entry.isFile()) found.push(relative(project, join(entry.parentPath, entry.name)))
  return found.filter((file) => !LEFT_OUT.test(file)).toSorted()
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const project = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
  process.stdout.write(`Made ${relative(process.cwd(), await makeRelease(project))}, and its checksum beside it.\n`)
}
