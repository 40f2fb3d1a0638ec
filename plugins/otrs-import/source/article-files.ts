/** Owns articles that OTRS keeps in files: one folder an article, each part with files beside it that say what it is. */
import { createReadStream, type Stats } from 'node:fs'
import { lstat, open, readdir, readFile } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import type { ArticleFiles, FileBytes, FilePart } from './source.ts'

const SIDES = ['content_type', 'content_id', 'content_alternative', 'disposition'] as const
const RAW = 'plain.txt'

export function articleFiles(dir: string): ArticleFiles {
  const root = resolve(dir)
  /** Undefined where a row names a path that leads out of the folder. */
  const folderOf = (contentPath: string, articleId: number): string | undefined => {
    const folder = resolve(root, contentPath.replace(/^\/+/, ''), String(articleId))
    return folder.startsWith(root + sep) ? folder : undefined
  }
  return {
    async parts(contentPath, articleId) {
      const folder = folderOf(contentPath, articleId)
      const names = folder ? await namesIn(folder) : []
      const known = new Set(names.map((name) => name.toString('latin1')))
      const parts: FilePart[] = []
      for (const name of names) {
        const bytes = name.toString('latin1')
        // A folder is an earlier version's; what a side file belongs to must be there, else it is a part that is called so.
        const side = SIDES.find((ending) => bytes.endsWith(`.${ending}`) && known.has(bytes.slice(0, -ending.length - 1)))
        if (side || bytes === RAW) continue
        const part = await partOf(Buffer.concat([Buffer.from(folder! + sep), name]), name)
        if (part) parts.push(part)
      }
      return parts
    },
    async raw(contentPath, articleId) {
      const folder = folderOf(contentPath, articleId)
      const path = folder ? Buffer.from(join(folder, RAW)) : undefined
      const about = path && (await isFile(path))
      return path && about ? bytesFrom(path, 0, about.size) : undefined
    },
  }
}

/** Names as bytes, in the order of their bytes: the number of a part comes from it. */
async function namesIn(folder: string): Promise<Buffer[]> {
  const names = await readdir(folder, { encoding: 'buffer' }).catch(nothing)
  return (names ?? []).toSorted(Buffer.compare)
}

async function partOf(path: Buffer, name: Buffer): Promise<FilePart | undefined> {
  const about = await isFile(path)
  if (!about) return undefined
  const beside = async (ending: (typeof SIDES)[number]) => {
    const text = await readFile(Buffer.concat([path, Buffer.from(`.${ending}`)])).catch(nothing)
    return text === undefined ? null : text.toString('utf8').trim()
  }
  const [contentType, contentId, contentAlternative, disposition] = await Promise.all(SIDES.map(beside))
  // As the oldest versions wrote it: the first line is the type.
  const old = contentType === null
  const begin = old ? await beginOf(path) : ''
  const end = begin.indexOf('\n')
  return {
    name: name.toString('utf8').normalize('NFC'),
    contentType: (old ? begin.slice(0, Math.max(0, end)).trim() : contentType!) || 'application/octet-stream',
    contentId: contentId ?? null,
    contentAlternative: contentAlternative ?? null,
    disposition: disposition ?? null,
    ...bytesFrom(path, end + 1, about.size),
  }
}

/** OTRS makes no links: one would let whoever may write there have any file of this machine taken for a part. */
async function isFile(path: Buffer): Promise<Stats | undefined> {
  const about = await lstat(path).catch(nothing)
  return about?.isFile() ? about : undefined
}

/** The type stands in these bytes, or there is none. */
async function beginOf(path: Buffer): Promise<string> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(1000), 0, 1000, 0)
    return buffer.toString('latin1', 0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What stands in a file from its byte `start` on. */
const bytesFrom = (path: Buffer, start: number, size: number): FileBytes => ({
  size: Math.max(0, size - start),
  read: async () => (await readFile(path)).subarray(start),
  pieces: () => createReadStream(path, { start, highWaterMark: PIECE }),
})
const PIECE = 1024 * 1024

function nothing(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
  throw error
}
