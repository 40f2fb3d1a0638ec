/** Owns making an ACL of one that another help desk had: off, with what does not work here as it did there. */
import type { ReadForeignRule } from '../../core/index.ts'
import { createAcl } from './acl.ts'
import { fromAclRow, type OtrsAclRow } from './yaml.ts'

export const takeRule: ReadForeignRule = async (work, { rows }) => {
  const row = rows['acl']?.[0]
  if (!row) return { id: null, lost: [] }
  const { form, lost } = fromAclRow(row as unknown as OtrsAclRow)
  return { id: await createAcl(work, null, form), lost: lost.map(({ at, why }) => ({ what: at, why: `lost.${why}` })) }
}
