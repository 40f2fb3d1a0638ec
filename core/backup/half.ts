/** Owns how far a restore has come: noted in the database itself with each step, so that one that was cut off goes on. */
import type { ClientBase } from 'pg'
import { BootError } from '../machine/boot-error.ts'
import { RESTORE_SCHEMA, type BondKind } from './catalog.ts'

const about = `${RESTORE_SCHEMA}.about`
const done = `${RESTORE_SCHEMA}.done`
const todo = `${RESTORE_SCHEMA}.todo`
export const SAVED_JOBS_TABLE = `${RESTORE_SCHEMA}.saved_job`

/** A restore that has begun and not ended. */
export interface Half {
  /** Says which backup, and what of it is left out. */
  backup: string
  path: string
  /** The tables are there, without what holds them together: rows can come. */
  ready: boolean
}

export interface Bond {
  place: number
  kind: BondKind
  statement: string
}

export async function findHalf(client: ClientBase): Promise<Half | undefined> {
  const { rows: found } = await client.query<{ there: boolean }>(`select to_regclass('${about}') is not null as there`)
  if (!found[0]!.there) return undefined
  return (await client.query<Half>(`select backup, path, ready from ${about}`)).rows[0]
}

/** A database that is half of a backup serves nobody. */
export async function refuseHalf(client: ClientBase): Promise<void> {
  const half = await findHalf(client)
  if (half)
    throw new BootError(
      `A restore of ${half.path} into this database was cut off: repeat "npm run pomoc -- restore ${half.path}", which goes on where it stopped.`,
    )
}

/** Before anything is made. */
export async function noteBegin(client: ClientBase, half: Omit<Half, 'ready'>): Promise<void> {
  await client.query(`create schema ${RESTORE_SCHEMA}`)
  await client.query(`create table ${about} (backup text not null, path text not null, ready boolean not null default false)`)
  await client.query(`create table ${done} (name text primary key)`)
  await client.query(`create table ${todo} (place integer primary key, kind text not null, statement text not null)`)
  await client.query(`insert into ${about} (backup, path) values ($1, $2)`, [half.backup, half.path])
}

export async function noteReady(client: ClientBase, bonds: readonly Omit<Bond, 'place'>[]): Promise<void> {
  for (const [place, { kind, statement }] of bonds.entries())
    await client.query(`insert into ${todo} (place, kind, statement) values ($1, $2, $3)`, [place, kind, statement])
  await client.query(`update ${about} set ready = true`)
}

/** Parts of tables that are loaded, and tables that were compared. */
export async function readDone(client: ClientBase): Promise<Set<string>> {
  return new Set((await client.query<{ name: string }>(`select name from ${done}`)).rows.map(({ name }) => name))
}
export async function noteDone(client: ClientBase, name: string): Promise<void> {
  await client.query(`insert into ${done} (name) values ($1)`, [name])
}

/** What holds the tables together and is not back yet. */
export async function readTodo(client: ClientBase): Promise<Bond[]> {
  return (await client.query<Bond>(`select place, kind, statement from ${todo} order by place`)).rows
}
export async function bringBack(client: ClientBase, { place, statement }: Bond): Promise<void> {
  await client.query(`${statement}; delete from ${todo} where place = ${place}`)
}

export async function forgetHalf(client: ClientBase): Promise<void> {
  await client.query(`drop schema ${RESTORE_SCHEMA} cascade`)
}
