/** Owns a house with plugins from outside: packages written to a folder of their own, loaded as the program loads them. */
import { system } from '../../core/kernel/actor.ts'
import { chmodSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pino from 'pino'
import type { Config } from '../../core/machine/config.ts'
import type { Id } from '../../core/database/schema.ts'
import { setActivation } from '../../core/administration/plugin-admin.ts'
import { loadPlugins, type AnyPlugin } from '../../core/run/load-plugins.ts'
import { startJobs, type JobRunner } from '../../core/kernel/jobs/run-jobs.ts'
import { acceptMail, mailInMemory } from '../../core/mail/inbound/accept.ts'
import { mailJobs } from '../../core/mail/inbound/jobs.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { openSite, type Site } from '../web.ts'

/** Writes files below a new temporary folder; answers the folder. */
export function writePackage(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'pomoc-plugin-'))
  // Commands of root work as another user.
  chmodSync(folder, 0o755)
  made.push(folder)
  for (const [name, text] of Object.entries({ 'package.json': '{ "type": "module" }', ...files })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}
const made: string[] = []
export const removePackages = (): void => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true })
}

export interface House extends Site {
  /** Switches a plugin in a unit. */
  turn(plugin: string, unitId: Id, active: boolean | null): Promise<void>
  /** A mail as the listener would take it; answers its row's id. */
  mail(mail: { to: string; subject: string; text?: string; from?: string }): Promise<Id>
  /** Runs jobs from now on. */
  work(): Promise<void>
  /** Asks until the answer is true; the jobs run meanwhile. */
  until(what: () => Promise<boolean>): Promise<void>
}

/** `names`: folders, or names of the project's own plugins; what is no name stands for one of them. */
export async function openHouse(names: (string | AnyPlugin)[], config: Partial<Config> = {}): Promise<House> {
  const own = new Map(names.filter((one) => typeof one !== 'string').map((plugin) => [plugin.name, plugin]))
  const site = await openSite(
    await loadPlugins(
      names.map((one) => (typeof one === 'string' ? one : one.name)),
      async (name) => (own.has(name) ? { default: own.get(name) } : findPlugin(name)),
    ),
    config,
  )
  const { kernel, database, make } = site
  const log = pino({ level: 'silent' })
  let jobs: JobRunner | undefined
  let count = 0
  return {
    ...site,
    // As administrators do it: this process knows of it at once.
    turn: (plugin, unitId, active) => kernel.host.work(system('test'), (work) => setActivation(work, plugin, unitId, active)),
    async mail({ to, subject, text = 'Dzień dobry', from = `osoba${++count}@klient.example` }) {
      const raw = `From: ${from}\r\nTo: ${to}\r\nSubject: ${subject}\r\nMessage-ID: <m${++count}@klient.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`
      const [id] = await acceptMail(
        database.db,
        { from, recipients: [to], peerAddress: '192.0.2.1', peerName: 'x', encrypted: false },
        mailInMemory(Buffer.from(raw)),
        make.now,
      )
      return id!
    },
    async work() {
      jobs ??= await startJobs({
        url: database.url,
        log,
        concurrency: 4,
        jobs: new Map([...mailJobs(kernel.host, kernel.mail), ...kernel.jobs]),
      })
    },
    async until(what) {
      for (let left = 600; !(await what()); left--) {
        if (left === 0) throw new Error('it did not come about within thirty seconds')
        await new Promise((resolve) => {
          setTimeout(resolve, 50)
        })
      }
    },
    async close() {
      await jobs?.stop()
      await site.close()
    },
  }
}
