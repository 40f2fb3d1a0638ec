/** Owns the list of every page there is, with a thing of the made-up university for each parameter. */
import type { Place } from './place.ts'

/** Which thing stands for a parameter, by the path up to it: as SQL that answers one value. The newest, unless said otherwise. */
const THINGS: Record<string, string> = {
  ...Object.fromEntries(
    Object.entries({
      'admin/acl': 'acl',
      'admin/addresses': 'system_address',
      'admin/answers': 'answer_template',
      'admin/answers/salutations': 'salutation',
      'admin/answers/signatures': 'signature',
      'admin/automation': 'automation_rule',
      'admin/calendars': 'calendar',
      'admin/companies': 'company',
      'admin/fields': 'field',
      'admin/groups': 'permission_group',
      'admin/mail/filters': 'postmaster_filter',
      'admin/mail/in': 'inbound_mail',
      'admin/mail/out': 'outbound_mail',
      'admin/notifications': 'notification',
      'admin/queues': 'queue',
      'admin/roles': 'role',
      'admin/routing/rules': 'unit_rule',
      'admin/services': 'service',
      'admin/slas': 'sla',
      'admin/texts': 'auto_response',
      'admin/topics': 'topic',
      'admin/types': 'ticket_type',
      'admin/units': 'unit',
      'admin/local': 'unit',
      'desk/views': 'saved_view',
      appointments: 'unit_nomination',
    }).map(([path, table]) => [`/${path}/`, `select id from ${table} order by id desc limit 1`]),
  ),
  '/admin/persons/': `select id from person where login = 's214503'`,
  '/admin/audit/': `select id from audit_event where kind = 'admin-changed' order by id desc limit 1`,
  '/admin/settings/': `select 'faq'`,
  '/admin/plugins/': `select 'faq'`,
  '/articles/': `select a.id from article a join ticket t on t.id = a.ticket_id where a.html is not null and TICKET order by a.id desc limit 1`,
  '/desk/queue/': `select id from queue where QUEUE order by id limit 1`,
  '/desk/number/': `select number from ticket t where TICKET order by id desc limit 1`,
  '/desk/view/': `select 'open'`,
  '/desk/tickets/': `select id from ticket t where TICKET order by id desc limit 1`,
  '/tickets/': `select t.id from ticket t join person p on p.id = t.customer_id where p.login = 'LOGIN' order by t.id desc limit 1`,
  '/u/': `select slug from unit where id in (select unit_id from unit_administrator) or id = 1 order by id desc limit 1`,
}
/** Streams, files of the program, what tells of its health; and the file of everything, which is no page. */
const NO_PAGE = /^\/(live|static|health|metrics|favicon)|^\/desk\/export/
const PARAMETER = /:[a-zA-Z]+/

/** Which queues somebody works in, as SQL on `queue` and `ticket t`. */
export const QUEUE_OF: Record<string, string> = {
  akowalska: `name like 'Dział%'`,
  ewozniak: `name = 'WM::Dziekanat'`,
  bkrawczyk: `name = 'Kwestura'`,
}

/** Lists of administration, as people narrow and sort them. */
const ASKED = [
  '/admin/mail/in?search=drukarka',
  '/admin/mail/in?search=kowal',
  '/admin/mail/in?sort=subject',
  '/admin/mail/in?sort=size&dir=desc',
  '/admin/mail/in?state=held',
  '/admin/mail/in?state=failed',
  '/admin/mail/in?from=2024-01-01&to=2024-02-01',
  '/admin/mail/out?search=drukarka',
  '/admin/mail/out?sort=recipient',
  '/admin/mail/out?state=failed',
  '/admin/mail/out?kind=reply',
  '/admin/audit?search=kowal',
  '/admin/audit?kind=login',
  '/admin/audit?kind=admin-changed&from=2024-01-01&to=2024-02-01',
  '/admin/audit?person=akowalska',
  '/admin/persons?search=kowal',
  '/admin/persons?agent=1',
  '/admin/persons?sort=login',
  '/admin/search?q=kowal',
  '/admin/notifications/told?search=kowal',
  '/desk/people?q=kowal',
]

/** Paths of all pages for somebody, by their route too, and those routes that nothing could be found for. */
export async function everyPath(
  place: Place,
  database: string,
  routes: readonly string[],
  login: string,
): Promise<{ paths: string[]; named: [string, string][]; without: string[] }> {
  const known = new Map<string, string | undefined>()
  const queue = QUEUE_OF[login] ?? 'true'
  const thing = async (before: string): Promise<string | undefined> => {
    // A unit's own administration names the same things; what is below a thing has the thing's own numbers.
    const key =
      Object.keys(THINGS).find((path) => before === path) ?? (before.startsWith('/u/') ? before.replace(/^\/u\/[^/]+/, '') : before)
    const sql = THINGS[key]
    if (sql === undefined) return undefined
    if (!known.has(key)) {
      const text = sql
        .replace('TICKET', `t.queue_id in (select id from queue where ${queue})`)
        .replace('QUEUE', queue)
        .replace('LOGIN', login)
      const [row] = await place.query(database, text)
      known.set(key, row === undefined ? undefined : String(Object.values(row)[0]))
    }
    return known.get(key)
  }
  const named: [string, string][] = ASKED.map((path) => [path, path])
  const without: string[] = []
  for (const route of routes.filter((one) => !NO_PAGE.test(one))) {
    let path: string | undefined = route
    for (let found = PARAMETER.exec(path); path !== undefined && found; found = PARAMETER.exec(path)) {
      const value = await thing(path.slice(0, found.index))
      path =
        value === undefined ? undefined : path.slice(0, found.index) + encodeURIComponent(value) + path.slice(found.index + found[0].length)
      if (path === undefined) break
    }
    if (path === undefined) without.push(route)
    else named.push([route, path])
  }
  return { paths: named.map(([, path]) => path), named, without }
}
