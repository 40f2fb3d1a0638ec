/** Owns the type of the portal's host: its settings known. */
import type { Host } from '../../core/index.ts'
import type { settings } from './settings.ts'

export type PortalHost = Host<typeof settings>
