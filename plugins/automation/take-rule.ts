/** Owns making a rule of a job that another help desk ran by itself: off, with what it does not say any more. */
import type { ReadForeignRule } from '../../core/index.ts'
import { fromGenericAgent } from './generic-agent.ts'
import { saveRule } from './rule.ts'

/** The user of OTRS who is nobody. */
const NOBODY = '1'

export const takeRule: ReadForeignRule = async (work, { rows }, names) => {
  const given = (rows['generic_agent_jobs'] ?? []).map((row) => ({
    job_name: String(row['job_name'] ?? ''),
    job_key: String(row['job_key'] ?? ''),
    job_value: row['job_value'] === null || row['job_value'] === undefined ? null : String(row['job_value']),
  }))
  const [job] = fromGenericAgent(given, { person: (id) => (id === NOBODY ? 'nobody' : names.byId('user', id)) })
  if (!job) return { id: null, lost: [] }
  const lost = job.lost.map(({ key, value, why }) => ({ what: value === '' ? key : `${key} = ${value}`, why: `lost.${why}` }))
  return { id: await saveRule(work, null, null, job.rule), lost }
}
