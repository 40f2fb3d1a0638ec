/** Owns the check of DKIM: keys that can be read by us alone, and records in DNS that fit them. */
import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import type { Resolver } from 'node:dns/promises'
import { codeOf, reasonOf } from '../machine/boot-error.ts'
import { dkimRecord, dkimRecordName, keyFor, recordFits, type DkimKey } from '../mail/outbound/dkim.ts'
import { fail, ok, warn, within, type Checked, type Finding } from './finding.ts'

export type TextDns = Pick<Resolver, 'resolveTxt'>

/** One finding for each key, and one for the first address when nothing signs its mail. */
export async function checkDkim({ config }: Pick<Checked, 'config'>, dns: TextDns): Promise<Finding[]> {
  const findings = await Promise.all(config.mail.dkim.map((key) => checkKey(key, dns)))
  const domain = config.mailAddress.slice(config.mailAddress.lastIndexOf('@') + 1)
  if (config.smarthostUrl && !keyFor(config.mail.dkim, config.mailAddress)) {
    findings.push(ok(`DKIM of ${domain}`, 'pomoc signs nothing; that is right where the smarthost signs.'))
  }
  return findings
}

async function checkKey({ domain, selector, keyFile }: DkimKey, dns: TextDns): Promise<Finding> {
  const name = `DKIM of ${domain}`
  let key: KeyObject
  try {
    key = createPrivateKey(await readFile(keyFile))
  } catch (error) {
    return fail(
      name,
      `The key in ${keyFile} cannot be used (${reasonOf(error)}); mail of this domain waits.`,
      `Correct mail.dkim in config/local.ts, or make a key with "npm run pomoc -- dkim-key ${domain} --selector ${selector}".`,
    )
  }
  if (((await stat(keyFile)).mode & 0o077) !== 0) {
    return warn(name, `Others on this machine can read the key in ${keyFile}.`, `Run "chmod 600 ${keyFile}".`)
  }
  const record = dkimRecordName(domain, selector)
  try {
    const texts = (await within(10_000, dns.resolveTxt(record))).map((pieces) => pieces.join(''))
    if (texts.some((text) => recordFits(text, key))) return ok(name, `The record ${record} fits the key.`)
    return fail(
      name,
      `The record ${record} is for another key, so mail is signed wrongly.`,
      `Let whoever runs DNS set it to: ${dkimRecord(key)}`,
    )
  } catch (error) {
    if (!['ENOTFOUND', 'ENODATA', 'NXDOMAIN'].includes(codeOf(error)))
      return warn(
        name,
        'DNS does not answer, so nothing can be said about it.',
        'Look at /etc/resolv.conf and the network, then look again.',
      )
    return fail(
      name,
      `DNS has no record ${record}, so nobody can check the signatures.`,
      `Let whoever runs DNS add this TXT record: ${dkimRecord(key)}`,
    )
  }
}
