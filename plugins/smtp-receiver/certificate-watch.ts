/** Owns taking a renewed certificate into use while mail goes on: certbot and its like change files, nobody restarts anything. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { unwatchFile, watchFile } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { Config, Host } from '../../core/index.ts'
import { certificateFiles, type Certificate } from './certificate.ts'

/** Looked at rather than waited for: notices of changes do not come through links and network folders. */
const LOOK_MS = 2000

/** Calls `renewed` when both files are readable and belong together; until then the old pair stays. Returns the end of it. */
export function watchCertificate(
  config: Pick<Config, 'dataDir' | 'smtp'>,
  { log }: Pick<Host, 'log'>,
  renewed: (pair: Certificate) => void,
): () => void {
  const files = certificateFiles(config)
  const look = async () => {
    try {
      const pair = { key: await readFile(files.key, 'utf8'), cert: await readFile(files.cert, 'utf8') }
      // Between the two files' changes they do not fit: the second change brings us here again.
      if (!new X509Certificate(pair.cert).checkPrivateKey(createPrivateKey(pair.key))) return
      renewed(pair)
      log.info({ cert: files.cert }, 'the certificate for mail was renewed')
    } catch (error) {
      log.warn({ err: error, cert: files.cert }, 'the certificate for mail changed but cannot be used; the one before stays')
    }
  }
  const changed = () => void look()
  for (const file of [files.key, files.cert]) watchFile(file, { interval: LOOK_MS, persistent: false }, changed)
  return () => {
    for (const file of [files.key, files.cert]) unwatchFile(file, changed)
  }
}
