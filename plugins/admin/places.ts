/** Owns the types of the places that admin offers. */
import type { AreaName } from './areas.ts'

declare module 'pomoc' {
  interface Places {
    /** `area`: where the page belongs among admin's own; none where it is somebody else's. */
    'admin.rail': { path: string; area?: AreaName | undefined }
  }
}
