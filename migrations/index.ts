/** Owns the list of core's migrations, in running order, and of what fills columns that they added. */
import type { Migration } from 'kysely/migration'
import type { Fills } from '../core/database/fill.ts'
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
import * as outboundWaits from './0052_outbound_waits.ts'

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
  '0052_outbound_waits': outboundWaits,
}

/** By the name of the migration that added the column; README of the plugins tells how. */
export const coreFills: Fills = {}
