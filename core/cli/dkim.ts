/** Owns the command that makes a DKIM key and says what has to stand in DNS and in the configuration. */
import { createPrivateKey } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import { BootError, reasonOf } from '../machine/boot-error.ts'
import { loadConfig } from '../machine/config.ts'
import { dkimRecord, dkimRecordName, makeDkimKey } from '../mail/outbound/dkim.ts'
import { say } from './open.ts'

export function dkimCommand(program: Command): void {
  program
    .command('dkim-key <domain>')
    .description('make a key that signs outgoing mail of a domain (DKIM), and say what DNS needs; a key that is there stays')
    .option('--selector <name>', "the key's name in DNS", 'pomoc')
    .option('--out <file>', 'where the private key goes; else dkim/ in the data folder')
    .action(async (domain: string, { selector, out }: { selector: string; out?: string }) => {
      if (!/^[^\s@/.]+(?:\.[^\s@/.]+)+$/.test(domain)) throw new BootError(`“${domain}” is no mail domain: write it as example.edu.`)
      if (!/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(selector))
        throw new BootError(`“${selector}” cannot be a selector: use letters, digits, dots and dashes.`)
      const { dataDir } = await loadConfig()
      const path = out ? resolve(out) : join(dataDir, 'dkim', `${domain}.${selector}.pem`)
      const made = !existsSync(path)
      const pem = made ? makeDkimKey().export({ type: 'pkcs8', format: 'pem' }).toString() : await read(path)
      if (made) await write(path, pem, out ? undefined : dataDir)
      say(made ? `The private key is in ${path}, readable for its owner alone.` : `There was a key in ${path} already; it stays.`)
      say(
        `\nLet whoever runs DNS add this TXT record, in one line:\n\n${dkimRecordName(domain, selector)}. IN TXT "${quoted(dkimRecord(createPrivateKey(pem)))}"`,
      )
      say(
        `\nThen write into config/local.ts and start pomoc again:\n\n  mail: { dkim: [{ domain: '${domain}', selector: '${selector}', keyFile: '${path}' }] },`,
      )
      say('\n“npm run pomoc -- doctor” says when DNS and key fit.')
    })
}

/** RFC 1035 3.3.14: a string of a TXT record holds 255 octets at most; longer ones are written in pieces. */
const quoted = (record: string): string => (record.match(/.{1,250}/g) ?? []).join('" "')

async function read(path: string): Promise<string> {
  try {
    const pem = await readFile(path, 'utf8')
    createPrivateKey(pem)
    return pem
  } catch (error) {
    throw new BootError(`The file ${path} is there but holds no usable key (${reasonOf(error)}): take it away, or name another with --out.`)
  }
}

/** In the data folder it belongs to whoever owns that, for they will read it. */
async function write(path: string, pem: string, dataDir: string | undefined): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await writeFile(path, pem, { mode: 0o600, flag: 'wx' })
    if (dataDir === undefined || process.getuid?.() !== 0) return
    const { uid, gid } = await stat(dataDir)
    for (const one of [dirname(path), path]) await chown(one, uid, gid)
  } catch (error) {
    throw new BootError(
      `The key cannot be written to ${path} (${reasonOf(error)}): let pomoc write there, or name another file with --out.`,
    )
  }
}
