/** Owns the codes of what an import mends, sets aside or asks about; each has its words in every language (`finding.<code>`). */

/** 'mended': the row came, changed as said. 'aside': it did not come. 'decide': the mapping file has to say. 'told': nothing is lost, it is said. */
export const FINDINGS = {
  'zero-date': 'mended',
  'bad-encoding': 'mended',
  'too-long': 'mended',
  'double-address': 'mended',
  'no-disposition': 'mended',
  'unknown-company': 'told',
  'unknown-customer': 'told',
  'locked-without-owner': 'mended',
  'orphan-article': 'aside',
  'orphan-history': 'aside',
  'orphan-attachment': 'aside',
  'unknown-state': 'mended',
  'unknown-queue': 'mended',
  'unknown-user': 'mended',
  'missing-file': 'aside',
} as const satisfies Record<string, 'mended' | 'aside' | 'decide' | 'told'>
export type FindingCode = keyof typeof FINDINGS
