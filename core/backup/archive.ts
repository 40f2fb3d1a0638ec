/** Owns the container of a backup: one compressed file that tar and zstd can open too, or a folder with the same files. */
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { buffer } from 'node:stream/consumers'
import { ReadableStream as WebStream } from 'node:stream/web'
import { constants, createZstdCompress, createZstdDecompress } from 'node:zlib'
import { createTarDecoder, createTarPacker } from 'modern-tar'
import { BootError, codeOf, reasonOf } from '../machine/boot-error.ts'

export interface ArchiveWriter {
  /** Adds one file. Its bytes must not be changed afterwards. */
  add(name: string, bytes: Buffer): Promise<void>
  /** Makes it whole on disk under its name. Answers its size in bytes. */
  finish(): Promise<number>
  /** Leaves nothing behind. */
  abandon(): Promise<void>
}

/** The files of an archive in the order they were added. */
export type ArchiveReader = AsyncGenerator<{ name: string; bytes: Buffer }>

/**
 * The file ends with a skippable frame of zstd (RFC 8878 3.1.2), which other programs pass over: magic number, length, and
 * SHA-256 of everything before. zstd's own checksum is not enough: Node's unpacker takes a file that lacks its last bytes.
 */
const SEAL_HEAD = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 32, 0, 0, 0])
const SEAL_SIZE = SEAL_HEAD.length + 32

const MODE = { file: 0o600, folder: 0o700 }
const EXISTS = 'exists already: choose another name, or move it away'

/** Writes to `path` plus '.part' and renames at the end: what has the name is whole. For the owner's eyes alone. */
export async function createFileArchive(path: string, now: Date): Promise<ArchiveWriter> {
  if (await stat(path).catch(() => undefined)) throw new BootError(`The file ${path} ${EXISTS}.`)
  const part = `${path}.part`
  const handle = await open(part, 'wx', MODE.file).catch((error: unknown) => {
    if (codeOf(error) === 'EEXIST')
      throw new BootError(
        `The file ${part} exists already, since another backup writes it or one was cut off: choose another name, or take it away.`,
      )
    throw new BootError(cannotWrite(part, error))
  })
  const { readable, controller } = createTarPacker()
  // Most bytes are attachments in hex: level 1 makes half of them, as the higher ones do, in half the time.
  const compress = createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } })
  let size = 0
  const sum = createHash('sha256')
  const out = new Writable({
    highWaterMark: 1 << 20,
    write(chunk: Buffer, _encoding, done) {
      sum.update(chunk)
      handle
        .write(chunk)
        .then(({ bytesWritten }) => {
          size += bytesWritten
          if (bytesWritten < chunk.length) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
          done()
        })
        .catch(done)
    },
  })
  let fault: unknown
  const written = pipeline(Readable.fromWeb(readable as import('node:stream/web').ReadableStream), compress, out).catch(
    (error: unknown) => {
      fault = error
      controller.error(error)
    },
  )
  const abandon = async () => {
    controller.error(new Error('abandoned'))
    await written
    await handle.close().catch(() => {})
    await rm(part, { force: true })
  }
  return {
    abandon,
    async add(name, bytes) {
      try {
        const body = controller.add({ name, size: bytes.length, mode: MODE.file, mtime: now, uid: 0, gid: 0 }).getWriter()
        if (bytes.length > 0) await body.write(bytes)
        await body.close()
      } catch (error) {
        throw new BootError(cannotWrite(part, fault ?? error))
      }
    },
    async finish() {
      try {
        controller.finalize()
        await written
        if (fault) throw fault
        size += (await handle.write(Buffer.concat([SEAL_HEAD, sum.digest()]))).bytesWritten
        await handle.sync()
        await handle.close()
        await rename(part, path)
        await syncFolder(dirname(path))
      } catch (error) {
        await abandon()
        throw error instanceof BootError ? error : new BootError(cannotWrite(part, fault ?? error))
      }
      return size
    },
  }
}

/** Writes the same files into a new folder, uncompressed, for reading with other programs. */
export async function createFolderArchive(path: string): Promise<ArchiveWriter> {
  await mkdir(path, { mode: MODE.folder }).catch((error: unknown) => {
    throw new BootError(codeOf(error) === 'EEXIST' ? `The folder ${path} ${EXISTS}.` : cannotWrite(path, error))
  })
  let size = 0
  return {
    async add(name, bytes) {
      try {
        await mkdir(dirname(join(path, name)), { recursive: true, mode: MODE.folder })
        await writeFile(join(path, name), bytes, { mode: MODE.file, flag: 'wx', flush: true })
        size += bytes.length
      } catch (error) {
        throw new BootError(cannotWrite(join(path, name), error))
      }
    },
    finish: async () => size,
    abandon: () => rm(path, { recursive: true, force: true }),
  }
}

/** Reads a file or a folder. Throws a BootError where it is damaged, cut off, or not there. */
export async function* readArchive(path: string): ArchiveReader {
  let isFolder: boolean
  try {
    isFolder = (await stat(path)).isDirectory()
  } catch (error) {
    throw new BootError(`The file ${path} cannot be read (${reasonOf(error)}): correct its name, or let pomoc read it.`)
  }
  yield* isFolder ? readFolder(path) : readFileArchive(path)
}

async function* readFolder(path: string): ArchiveReader {
  const names = (await readdir(path, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(path, '/').length))
    .sort()
  // As in a file: what it is comes first, the manifest last.
  const rank = (name: string) => (name === 'pomoc.json' ? 0 : name === 'manifest.json' ? 2 : 1)
  for (const name of names.toSorted((a, b) => rank(a) - rank(b))) yield { name, bytes: await readFile(join(path, name)) }
}

async function* readFileArchive(path: string): ArchiveReader {
  const end = await checkSeal(path)
  const file = createReadStream(path, { highWaterMark: 1 << 20, end: end - 1 })
  const unpacked = createZstdDecompress()
  // Errors of either reach the loop below through the stream it reads.
  const piped = pipeline(file, unpacked).catch(() => {})
  // Not by toWeb: when its reader leaves, what is being unpacked in that moment still comes, is put into what is closed, and ends the program.
  const entries = (WebStream.from(unpacked) as unknown as ReadableStream<Uint8Array>).pipeThrough(createTarDecoder({ strict: true }))
  try {
    for await (const { header, body } of entries as unknown as AsyncIterable<{
      header: { name: string; type?: string }
      body: ReadableStream<Uint8Array>
    }>) {
      const bytes = await buffer(body as unknown as AsyncIterable<Uint8Array>)
      yield { name: header.name, bytes }
    }
  } catch (error) {
    if (error instanceof BootError) throw error
    throw new BootError(damaged(path, reasonOf(error)))
  } finally {
    file.destroy()
    await piped
  }
}

/** Reads the file through and compares it with its seal. Answers where the seal begins. */
async function checkSeal(path: string): Promise<number> {
  const { size } = await stat(path)
  const end = size - SEAL_SIZE
  if (end <= 0) throw new BootError(damaged(path, 'it lacks its end'))
  const sum = createHash('sha256')
  try {
    await pipeline(createReadStream(path, { highWaterMark: 1 << 20, end: end - 1 }), sum)
    const seal = await buffer(createReadStream(path, { start: end }))
    if (!seal.equals(Buffer.concat([SEAL_HEAD, sum.digest()]))) throw new Error('it does not match its seal')
  } catch (error) {
    throw new BootError(damaged(path, reasonOf(error)))
  }
  return end
}

/** The sentence for a file that is not as it was written. */
export const damaged = (path: string, reason: string): string =>
  `The backup ${path} is damaged or was cut off (${reason}): nothing was changed; fetch the file again, or take an older one.`

const cannotWrite = (path: string, error: unknown): string =>
  `The backup ${path} cannot be written (${reasonOf(error)}): ` +
  `${codeOf(error) === 'ENOSPC' ? 'make room there' : 'let pomoc write there'}, or choose another place.`

async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  await handle.sync().catch(() => {}) // not every file system can
  await handle.close()
}
