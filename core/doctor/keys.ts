/** Owns the check of the key file: the keys that secrets in the database need are there, and nobody else reads them. */
import { stat } from 'node:fs/promises'
import { sql } from 'kysely'
import { counted } from '../machine/counted.ts'
import { keyFileOf, readKeyRing } from '../machine/key-ring.ts'
import { keysInUse, WAYS_OUT } from '../person/secret/keys.ts'
import type { WithDatabase } from './database.ts'
import { fail, ok, warn, type Finding } from './finding.ts'

const NAME = 'key file'
const REMEDY = `${WAYS_OUT.charAt(0).toUpperCase()}${WAYS_OUT.slice(1)}.`

export async function checkKeys({ config, database: { db } }: WithDatabase): Promise<Finding[]> {
  const { rows } = await sql<{ found: boolean }>`select to_regclass('secret_key') is not null as found`.execute(db)
  if (!rows[0]?.found) return []
  const path = keyFileOf(config)
  const ring = await readKeyRing(path)
  const { keys, inClear } = await keysInUse(db, ring)
  if (sum(keys) === 0) {
    return [
      inClear > 0
        ? warn(NAME, `In clear: ${counted(inClear, 'secret')} of two-step login.`, 'Start pomoc, which seals them within minutes.')
        : ok(NAME, 'Nothing is sealed with a key yet.'),
    ]
  }
  if (!ring)
    return [
      fail(NAME, `The key file ${path} is not there; without it nothing opens ${counted(sum(keys), 'secret')} of two-step login.`, REMEDY),
    ]
  const findings = keys
    .filter((key) => !key.there && key.secrets > 0)
    .map((key) =>
      fail(
        NAME,
        `${path} lacks key ${key.number} (fingerprint ${key.fingerprint}), or holds another one under that number; nothing else opens ${counted(key.secrets, 'secret')} of two-step login.`,
        REMEDY,
      ),
    )
  const { mode } = await stat(path)
  if (mode & 0o026) {
    findings.push(warn(NAME, `${path} can be read or changed by others than its owner.`, `Run "chmod go-rwx ${path}".`))
  }
  const newest = keys.findLast((key) => key.there)!
  return findings.length > 0
    ? findings
    : [
        ok(
          NAME,
          `Key ${newest.number} (fingerprint ${newest.fingerprint}) in ${path}; keep a copy apart from the backups, which do not hold it.`,
        ),
      ]
}

const sum = (keys: readonly { secrets: number }[]): number => keys.reduce((all, { secrets }) => all + secrets, 0)
