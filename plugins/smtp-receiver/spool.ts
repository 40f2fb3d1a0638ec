/** Owns where a mail stands while it comes in: in memory while it is small, in a file when it grows; hashed as it arrives. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { CHUNK, type ReceivedMail } from '../../core/index.ts'

export interface Spooled extends ReceivedMail { discard(): Promise<void> }

const ENDING = '.mail'

/** Files of a program that ended while mails came in: nobody was told 250 for them, so they are nobody's. */
export async function emptySpool(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => [])
  await Promise.all(names.filter((name) => name.endsWith(ENDING)).map((name) => rm(join(folder, name), { force: true })))
}

/**
 * Takes in a whole mail. Throws when the peer leaves before the end or the folder cannot be written; nothing stays behind
 * then. `tooBig()` is asked as bytes come: from then on they are thrown away, for the answer will be 552.
 */
export async function spool(stream: Readable, folder: string, tooBig: () => boolean): Promise<Spooled> {
  const hash = createHash('sha256')
  let pieces: Buffer[] = []
  let held = 0
  let size = 0
  let start: Buffer | undefined
  let file: { handle: FileHandle; path: string } | undefined
  const discard = async () => {
    if (!file) return
    const { handle, path } = file
    file = undefined
    await handle.close().catch(() => {})
    await rm(path, { force: true })
  }
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length
      if (tooBig()) continue
      hash.update(piece)
      pieces.push(piece)
      held += piece.length
      if (held <= CHUNK) continue
      const bytes = Buffer.concat(pieces)
      start ??= bytes.subarray(0, CHUNK)
      file ??= await openFile(folder)
      await file.handle.write(bytes)
      pieces = []
      held = 0
    }
    const rest = Buffer.concat(pieces)
    start ??= rest
    if (file && rest.length > 0) await file.handle.write(rest)
    const handle = file?.handle
    return {
      sha256: hash.digest(), size, start, discard,
      chunks: () => (handle ? chunksOfFile(handle) : rest.length > 0 ? [rest] : []),
    }
  } catch (error) {
    await discard()
    throw error
  }
}

async function openFile(folder: string): Promise<{ handle: FileHandle; path: string }> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, randomUUID() + ENDING)
  return { handle: await open(path, 'wx+', 0o600), path }
}

async function* chunksOfFile(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const bytes = Buffer.alloc(CHUNK)
    const { bytesRead } = await handle.read(bytes, 0, CHUNK, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield bytes.subarray(0, bytesRead)
  }
}
