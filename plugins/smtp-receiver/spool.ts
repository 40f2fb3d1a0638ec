/** Owns where a mail stands while it comes in: in memory while it is small, in a file when it grows; hashed as it arrives. */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { CHUNK, type ReceivedMail } from '../../core/index.ts'

export interface Spooled extends ReceivedMail {
  discard(): Promise<void>
}

/**
 * Takes in a whole mail. Throws when the peer leaves before the end or the folder cannot be written; nothing stays behind
 * then. `tooBig()` is asked as bytes come: from then on they are thrown away, for the answer will be a refusal; `see` is shown the others.
 */
export async function spool(
  stream: Readable,
  folder: string,
  inspection: { tooBig(): boolean; see(bytes: Buffer): void },
): Promise<Spooled> {
  const hash = createHash('sha256')
  let pieces: Buffer[] = []
  let held = 0
  let size = 0
  let start: Buffer | undefined
  let file: FileHandle | undefined
  const discard = async () => {
    const handle = file
    file = undefined
    await handle?.close().catch(() => {})
  }
  try {
    for await (const piece of stream as AsyncIterable<Buffer>) {
      size += piece.length
      if (inspection.tooBig()) continue
      inspection.see(piece)
      hash.update(piece)
      pieces.push(piece)
      held += piece.length
      if (held <= CHUNK) continue
      const bytes = Buffer.concat(pieces)
      start ??= bytes.subarray(0, CHUNK)
      file ??= await openFile(folder)
      await file.write(bytes)
      pieces = []
      held = 0
    }
    const rest = Buffer.concat(pieces)
    start ??= rest
    if (file && rest.length > 0) await file.write(rest)
    const handle = file
    return {
      sha256: hash.digest(),
      size,
      start,
      discard,
      chunks: () => (handle ? chunksOfFile(handle) : rest.length > 0 ? [rest] : []),
    }
  } catch (error) {
    await discard()
    throw error
  }
}

/** A file without a name, which is gone with its handle: whatever ends the program leaves nothing behind for others to sort out. */
async function openFile(folder: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const path = join(folder, `${randomUUID()}.mail`)
  const handle = await open(path, 'wx+', 0o600)
  await rm(path)
  return handle
}

async function* chunksOfFile(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ; ) {
    const bytes = Buffer.alloc(CHUNK)
    const { bytesRead } = await handle.read(bytes, 0, CHUNK, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield bytes.subarray(0, bytesRead)
  }
}
