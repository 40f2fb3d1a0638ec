/** Owns the measure of logging in with a campus account, above a bare bind at the same directory. */
import { Client } from 'ldapts'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeActivation } from '../../core/kernel/activation.ts'
import { makeKernel } from '../../core/run/host.ts'
import { startLive } from '../../core/kernel/live.ts'
import { loadPlugins } from '../../core/run/load-plugins.ts'
import { makeLog } from '../../core/machine/log.ts'
import { logIn } from '../../core/person/login.ts'
import { findPlugin } from '../../core/run/plugins.ts'
import { migrateOwners, ownersOf } from '../../core/backup/migrate-all.ts'
import { closeDirectories } from '../../plugins/ldap-auth/house.ts'
import { campusEntries, campusPerson, SERVICE, SUFFIX } from '../campus.ts'
import { makeTestDirectory } from '../servers/slapd.ts'
import type { Place } from './place.ts'
import { median, spread, type Figure } from './report.ts'

const PEOPLE = 1000
const CONCURRENCY = 8
const ROUNDS = 3

/**
 * Whole logins, from login and password to the session's row, of people who are known and unchanged; the floor is connect,
 * TLS, bind at the same server. Both in this process, in turn, so many at a time.
 */
export async function measureLogin(place: Place): Promise<Figure[]> {
  const campus = await makeTestDirectory([SUFFIX], campusEntries(PEOPLE))
  if (!campus) return []
  const server = await campus.serve()
  const dir = await mkdtemp(join(tmpdir(), 'pomoc-bench-ldap-'))
  await writeFile(join(dir, 'password'), SERVICE.password)
  await place.make('logins', 0)
  const opened = await place.open('logins')
  const config = {
    ...place.config,
    plugins: ['portal', 'ldap-auth'],
    pluginOptions: {
      'ldap-auth': {
        directories: [
          {
            name: 'uni',
            kind: 'openldap',
            servers: [server.secureUrl],
            ca: campus.caFile,
            bind: { dn: SERVICE.dn, passwordFile: join(dir, 'password') },
            people: { base: `ou=people,${SUFFIX}` },
            groups: { base: `ou=groups,${SUFFIX}` },
            rules: [{ group: 'helpdesk', agent: true }],
          },
        ],
      },
    },
  }
  const log = makeLog('silent')
  const live = await startLive(opened.url, log)
  try {
    const plugins = await loadPlugins(config.plugins, (name) => findPlugin(name))
    await migrateOwners(opened, ownersOf(plugins), { log })
    const { host } = makeKernel({
      config,
      db: opened.db,
      log,
      clock: () => new Date(),
      live,
      plugins,
      announce: () => {},
      activation: makeActivation(opened.db, live, new Map(plugins.map((plugin) => [plugin.name, plugin.scope]))),
    })
    const enter = async (n: number) => {
      const { uid, password } = campusPerson(n)
      await logIn(host, { login: uid, password, client: { address: `10.0.${n >> 8}.${n & 255}`, userAgent: 'bench' } })
    }
    const bind = async (n: number) => {
      const { dn, password } = campusPerson(n)
      const client = new Client({ url: server.secureUrl, tlsOptions: { ca: campus.ca } })
      await client.bind(dn, password)
      await client.unbind()
    }
    // Nobody who is odd: they are refused.
    const people = Array.from({ length: PEOPLE - 100 }, (_, i) => 100 + i)
    await atOnce(people, enter)
    await atOnce(people.slice(0, 200), bind)
    const rates = { pomoc: [] as number[], floor: [] as number[] }
    for (let round = 0; round < ROUNDS; round++) {
      rates.floor.push(await atOnce(people, bind))
      rates.pomoc.push(await atOnce(people, enter))
    }
    const one = async (run: (n: number) => Promise<void>) => {
      const times: number[] = []
      for (const n of people.slice(0, 100)) {
        const began = performance.now()
        await run(n)
        times.push(performance.now() - began)
      }
      return median(times)
    }
    const [alone, bare] = [await one(enter), await one(bind)]
    return [
      {
        name: 'campus login',
        unit: 'logins/s',
        pomoc: median(rates.pomoc),
        floor: median(rates.floor),
        note: `floor: connect, TLS, bind; one at a time ${alone.toFixed(1)} ms of ${bare.toFixed(1)} ms; ${spread(rates.pomoc)}`,
      },
    ]
  } finally {
    await closeDirectories(config)
    await live.stop()
    await opened.close()
    await server.kill()
    await campus.remove()
    await rm(dir, { recursive: true, force: true })
  }
}

/** Does it for each, some at a time; answers how many a second. */
async function atOnce(list: readonly number[], run: (n: number) => Promise<void>): Promise<number> {
  let next = 0
  const began = performance.now()
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      for (let i = next++; i < list.length; i = next++) await run(list[i]!)
    }),
  )
  return list.length / ((performance.now() - began) / 1000)
}
