/** Owns the options of choices that several forms share. */
import type { Unit } from '../../../core/index.ts'
import type { Choice } from '../../../core/pages.ts'
import type { AdminQueue, AdminService, StoredCalendar } from '../../../core/administration.ts'

const NBSP = '\u00a0'
const deep = (depth: number, name: string) => `${NBSP.repeat(depth * 3)}${name}`

/** Units in use, and the one that stands already. */
export const unitChoices = (units: readonly Unit[], stands?: string | null): Choice[] =>
  units.filter((unit) => unit.valid || unit.id === stands).map((unit) => ({ value: unit.id, label: deep(unit.depth, unit.name) }))

export const queueDepth = (name: string): number => name.split('::').length - 1

export const queueChoices = (queues: readonly AdminQueue[], stands?: string | null): Choice[] =>
  queues
    .filter((queue) => queue.valid || queue.id === stands)
    .map((queue) => ({
      value: queue.id,
      label: deep(queueDepth(queue.name), queue.name.slice(queue.name.lastIndexOf('::') + 1).replace(/^:/, '')),
    }))

export const serviceChoices = (services: readonly AdminService[], stands?: string | null): Choice[] =>
  services
    .filter((service) => service.valid || service.id === stands)
    .map((service) => ({ value: service.id, label: deep(queueDepth(service.name), service.name.split('::').at(-1)!) }))

export const calendarChoices = (calendars: readonly StoredCalendar[], stands?: string | null): Choice[] =>
  calendars.filter((calendar) => calendar.valid || calendar.id === stands).map((calendar) => ({ value: calendar.id, label: calendar.name }))
