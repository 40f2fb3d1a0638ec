/** Owns dist: knows whether it still matches the sources, and builds it with tsup when it does not. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'

// What the bench is made of stands among them.
const BENCH = ['test/bench', 'test/servers', 'test/campus.ts', 'test/program.ts']
/** What a build reads, below the project's folder. */
export const SOURCES = ['core', 'plugins', 'themes', 'migrations', ...BENCH, 'package.json', 'tsconfig.json']

/** Stands in a release, whose dist is as it was built and stays so. */
export const RELEASED = 'dist/.release.json'
const isRelease = (project) => existsSync(join(project, RELEASED))

/**
 * Builds dist unless its stamp matches the sources. Answers whether it built.
 * The quick look compares names, sizes and times; when these differ, the contents decide, so that a copied or
 * checked-out tree with the same text is not built again.
 */
export async function buildWhenNeeded(project) {
  if (isRelease(project)) return false
  const files = sourceFiles(project)
  const quick = quickHash(project, files)
  const stamp = readStamp(project)
  if (stamp?.quick === quick && outputsExist(project, stamp)) return false
  const content = hashOf(files, (file) => readFileSync(join(project, file)))
  if (stamp?.content === content && outputsExist(project, stamp)) {
    // Whoever may not write here (a service user on an installed tree) only loses the quick look.
    await writeStamp(project, { ...stamp, quick }).catch(() => {})
    return false
  }
  try {
    const outputs = await build(project)
    await forgetOldOutputs(project, stamp, outputs)
    await writeStamp(project, { quick, content, outputs, before: stamp?.outputs ?? [] })
    return true
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes(error.code)) {
      throw new Error(`The folder ${join(project, 'dist')} cannot be written: run \`npm run build\` as its owner.`, { cause: error })
    }
    throw error
  }
}

/** The quick look alone: true only where nothing at all is to be done. */
export function isBuilt(project) {
  if (isRelease(project)) return true
  const stamp = readStamp(project)
  return stamp?.quick === quickHash(project, sourceFiles(project)) && outputsExist(project, stamp)
}

const quickHash = (project, files) =>
  hashOf(files, (file) => {
    const { size, mtimeMs } = statSync(join(project, file))
    return `${size} ${mtimeMs}`
  })

function sourceFiles(project) {
  const found = []
  for (const source of SOURCES) {
    const path = join(project, source)
    if (!existsSync(path)) continue
    if (!statSync(path).isDirectory()) found.push(source)
    else {
      for (const entry of readdirSync(path, { recursive: true, withFileTypes: true })) {
        if (entry.isFile() && !/\.test\.tsx?$|\.md$/.test(entry.name)) {
          found.push(relative(project, join(entry.parentPath, entry.name)))
        }
      }
    }
  }
  return found.sort()
}

function hashOf(files, read) {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\0`).update(read(file)).update('\0')
  return hash.digest('hex')
}

/** The files that become files of their own in dist: the command line, every plugin, and what other threads or scripts start. */
function entries(project) {
  const found = {
    index: 'core/index.ts',
    cli: 'core/cli/cli.ts',
    'plugin-door': 'core/cli/plugin-door.ts',
    'parse-worker': 'core/mail/reading/parse-worker.ts',
    'filter-worker': 'core/mail/filters/filter-worker.ts',
    'hash-worker': 'core/person/secret/hash-worker.ts',
    'strength-worker': 'core/person/secret/strength-worker.ts',
    bench: 'test/bench/main.ts',
  }
  const plugins = join(project, 'plugins')
  for (const name of existsSync(plugins) ? readdirSync(plugins) : []) {
    const index = ['index.ts', 'index.tsx'].find((file) => existsSync(join(plugins, name, file)))
    if (index) found[`plugins/${name}`] = `plugins/${name}/${index}`
  }
  return Object.fromEntries(Object.entries(found).filter(([, file]) => existsSync(join(project, file))))
}

/**
 * Builds beside dist's files and then moves them in one by one, entries last: two builds at the same time, or a program
 * that is running from dist, never see half of one.
 */
async function build(project) {
  const { build: tsup } = await import('tsup').catch((error) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new Error(
      'What builds pomoc is not installed: run `npm ci --include=dev && npm run build` here, or install a release, which is built.',
    )
  })
  const dist = join(project, 'dist')
  await mkdir(dist, { recursive: true })
  const next = await mkdtemp(join(dist, '.next-'))
  const entry = entries(project)
  try {
    const cwd = process.cwd()
    process.chdir(project)
    try {
      await tsup({
        config: false,
        silent: true,
        clean: false,
        entry,
        outDir: next,
        format: 'esm',
        platform: 'node',
        target: 'node24',
        splitting: true,
        sourcemap: true,
        skipNodeModulesBundle: true,
        tsconfig: 'tsconfig.json',
        // esbuild remembers where the process stood when it was loaded.
        esbuildOptions: (options) => {
          Object.assign(options, { logLevel: 'silent', absWorkingDir: project })
        },
      })
    } catch (error) {
      throw readable(error)
    } finally {
      process.chdir(cwd)
    }
    const outputs = (await readdir(next, { recursive: true, withFileTypes: true }))
      .filter((file) => file.isFile())
      .map((file) => relative(next, join(file.parentPath, file.name)))
    const isEntry = (file) => file.replace(/\.js$/, '') in entry
    for (const file of outputs.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b)))) {
      if (file.endsWith('.map')) await raiseSources(join(next, file))
      await mkdir(dirname(join(dist, file)), { recursive: true })
      await rename(join(next, file), join(dist, file))
    }
    return outputs
  } finally {
    await rm(next, { recursive: true, force: true })
  }
}

/** A source map was written one folder deeper than where it will lie. */
async function raiseSources(path) {
  const map = JSON.parse(await readFile(path, 'utf8'))
  map.sources = map.sources.map((source) => source.replace('../', ''))
  await writeFile(path, JSON.stringify(map))
}

function readable(error) {
  const lines = (error.errors ?? []).map(({ text, location }) =>
    location ? `  ${location.file}:${location.line}:${location.column + 1}: ${text}\n    ${location.lineText.trim()}` : `  ${text}`,
  )
  return new Error(`The build failed:\n${lines.join('\n') || `  ${error.message}`}`, { cause: error })
}

/** Removes what neither this nor the last build made: a program started from the last one may still load its parts. */
async function forgetOldOutputs(project, stamp, outputs) {
  const keep = new Set([...outputs, ...(stamp?.outputs ?? [])])
  for (const file of stamp?.before ?? []) if (!keep.has(file)) await rm(join(project, 'dist', file), { force: true })
}

function readStamp(project) {
  try {
    return JSON.parse(readFileSync(join(project, 'dist', '.stamp.json'), 'utf8'))
  } catch {
    return undefined
  }
}

function outputsExist(project, stamp) {
  return stamp.outputs.every((file) => existsSync(join(project, 'dist', file)))
}

async function writeStamp(project, stamp) {
  const path = join(project, 'dist', '.stamp.json')
  await writeFile(`${path}.${process.pid}`, JSON.stringify(stamp))
  await rename(`${path}.${process.pid}`, path)
}
