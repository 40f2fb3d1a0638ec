/** Owns the list of core's migrations, in running order, of what fills columns that they added, and of indexes that they leave to a job. */
import type { Migration } from 'kysely/migration'
import * as core from './0001_core.ts'
import * as seed from './0002_seed.ts'
import * as lists from './0003_lists.ts'
import * as plugins from './0010_plugins.ts'
import * as assurance from './0021_assurance.ts'
import * as filters from './0022_filters.ts'
import * as outgoing from './0023_outgoing.ts'
import * as login from './0024_login.ts'
import * as routing from './0025_routing.ts'
import * as audit from './0026_audit.ts'
import * as privacy from './0027_privacy.ts'
import * as absence from './0028_absence.ts'
import * as languages from './0029_languages.ts'
import * as auditFiles from './0035_audit_files.ts'
import * as fill from './0038_fill.ts'
import * as visitors from './0040_visitors.ts'
import * as stalls from './0041_stalls.ts'
import * as limits from './0042_limits.ts'
import * as invitations from './0043_invitations.ts'
import * as names from './0044_names.ts'
import * as ourAddresses from './0045_our_addresses.ts'
import * as undelivered from './0048_undelivered.ts'
import * as numberEndings from './0049_number_endings.ts'
import * as oneMail from './0050_one_mail.ts'
import * as agentMail from './0051_agent_mail.ts'
import * as outboundWaits from './0052_outbound_waits.ts'
import * as directoryStanding from './0054_directory_standing.ts'
import * as drafts from './0055_drafts.ts'
import * as toTake from './0057_to_take.ts'
import * as nominations from './0061_nominations.ts'
import * as heldFiles from './0064_held_files.ts'
import * as sealedFactors from './0067_sealed_factors.ts'
import * as about from './0070_about.ts'
import * as recount from './0071_recount.ts'
import * as merge from './0077_merge.ts'
import * as clock from './0078_clock.ts'
import * as nativeIds from './0079_native_ids.ts'
import * as rawMail from './0080_raw_mail.ts'
import * as savedViews from './0081_saved_views.ts'
import * as listIndexes from './0090_list_indexes.ts'
import * as priorityIds from './0091_priority_ids.ts'
import * as mergeFields from './0092_merge_fields.ts'
import * as accessChange from './0097_access_change.ts'
import * as personIndexes from './0098_person_indexes.ts'
import * as overtaken from './0100_overtaken.ts'

export const coreMigrations: Record<string, Migration> = {
  '0001_core': core,
  '0002_seed': seed,
  '0003_lists': lists,
  '0010_plugins': plugins,
  '0021_assurance': assurance,
  '0022_filters': filters,
  '0023_outgoing': outgoing,
  '0024_login': login,
  '0025_routing': routing,
  '0026_audit': audit,
  '0027_privacy': privacy,
  '0028_absence': absence,
  '0029_languages': languages,
  '0035_audit_files': auditFiles,
  '0038_fill': fill,
  '0040_visitors': visitors,
  '0041_stalls': stalls,
  '0042_limits': limits,
  '0043_invitations': invitations,
  '0044_names': names,
  '0045_our_addresses': ourAddresses,
  '0048_undelivered': undelivered,
  '0049_number_endings': numberEndings,
  '0050_one_mail': oneMail,
  '0051_agent_mail': agentMail,
  '0052_outbound_waits': outboundWaits,
  '0054_directory_standing': directoryStanding,
  '0055_drafts': drafts,
  '0057_to_take': toTake,
  '0061_nominations': nominations,
  '0064_held_files': heldFiles,
  '0067_sealed_factors': sealedFactors,
  '0070_about': about,
  '0071_recount': recount,
  '0077_merge': merge,
  '0078_clock': clock,
  '0079_native_ids': nativeIds,
  '0080_raw_mail': rawMail,
  '0081_saved_views': savedViews,
  '0090_list_indexes': listIndexes,
  '0091_priority_ids': priorityIds,
  '0092_merge_fields': mergeFields,
  '0097_access_change': accessChange,
  '0098_person_indexes': personIndexes,
  '0100_overtaken': overtaken,
}

export { coreFills } from './fills.ts'
export { coreIndexes } from './late-indexes.ts'
