/** The plugin faq: a knowledge base for each unit – read by everybody, by who is logged in, or by agents; searched before one asks. */
import { definePlugin } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { administered } from './faq.ts'
import { foldViews } from './faq.store.ts'
import { faqLinks } from './linked.ts'
import * as first from './migrations/0001_faq.ts'
import * as nativeIds from './migrations/0002_native_ids.ts'
import * as numbers from './migrations/0003_numbers.ts'
import { personData } from './person-data.store.ts'
import { categoryRoutes } from './pages/categories.tsx'
import { editRoutes } from './pages/edit.tsx'
import { itemRoutes } from './pages/item.tsx'
import { listRoutes } from './pages/list.tsx'
import { manageRoutes } from './pages/manage.tsx'
import { firstWords, itemUrl } from './pages/parts.tsx'
import { barLink, besideTicket, entriesFor, suggestions, suggestionsAnswer } from './pages/slots.tsx'
import { settings } from './settings.ts'
import { texts, words } from './words.ts'

/** As long as anybody may want to know when an entry was read; afterwards how often is enough. */
const VIEWS_KEPT_MS = 400 * 24 * 60 * 60 * 1000

export default definePlugin({
  name: 'faq',
  api: 1,
  scope: 'unit',
  needs: ['portal'],
  texts,
  settings,
  permissions: { 'faq.edit': 'permission.edit', 'faq.approve': 'permission.approve' },
  migrations: { '0001_faq': first, '0002_native_ids': nativeIds, '0003_numbers': numbers },
  administered,
  personData,
  jobs: {
    'faq/fold-views': { cron: '41 3 * * *', run: (_payload, host) => foldViews(host.db, new Date(host.clock().getTime() - VIEWS_KEPT_MS)) },
  },
  linkKinds: { faq: faqLinks },
  files: { 'faq.css': inProject('plugins/faq/faq.css') },
  places: { 'faq.item.footer': 'under an entry of the knowledge base: { unitId, itemId }' },
  routes(app, host) {
    app.get('/faq/suggestions', (c) => suggestionsAnswer(c, host))
    categoryRoutes(app, host)
    manageRoutes(app, host)
    editRoutes(app, host)
    itemRoutes(app, host)
    listRoutes(app, host)
  },
  slots: {
    'document.head': { order: 60, render: (_props, c) => <link rel="stylesheet" href={c.get('asset')('faq.css')} /> },
    'portal.bar': { order: 40, render: (_props, c, here) => barLink(c, here) },
    'portal.new-ticket.suggestions': { order: 40, render: (props, c, here) => suggestions(c, props.subject, here) },
    'desk.rail': {
      order: 40,
      render: (_props, c) => (
        <ul>
          <li>
            <a href="/faq">{words(c)('faq.link')}</a>
          </li>
        </ul>
      ),
    },
    'desk.ticket.side': { order: 60, render: (props, c, here) => besideTicket(c, props.ticket, here) },
  },
  search: {
    entries: {
      label: 'faq.title',
      async find({ text, actor, unitId, language, limit }, { host }) {
        const items = await entriesFor(host, unitId, actor, text, limit, language)
        return items.map((item) => ({
          title: item.title,
          url: itemUrl(item),
          note: firstWords(item.words).slice(0, 120),
          at: item.changedAt,
        }))
      },
    },
  },
})
