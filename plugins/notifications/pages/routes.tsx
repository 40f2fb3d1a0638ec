/** Owns what notifications show: their own pages, and their parts of others'. */
import type { Hono } from 'hono'
import type { SlotFills, WebEnv } from '../../../core/index.ts'
import { ButtonLink, Card } from '../../../core/pages.ts'
import type { NotificationSettings } from '../settings.ts'
import { words } from '../words.ts'
import { MINE } from './addresses.ts'
import { barBell, bellRoutes } from './bell.tsx'
import { formRoutes } from './form.tsx'
import { listRoutes } from './list.tsx'
import { mentionRoutes } from './mention.ts'
import { mineRoutes } from './mine.tsx'
import type { NotificationHost } from './place.ts'
import { besideTicket, toldRoutes } from './told.tsx'
import { yesterdayRoutes } from './yesterday.tsx'

export function pages(app: Hono<WebEnv>, host: NotificationHost): void {
  // Before the form: its address has a place for any name.
  yesterdayRoutes(app, host)
  toldRoutes(app, host)
  listRoutes(app, host)
  formRoutes(app, host)
  bellRoutes(app, host)
  mineRoutes(app, host)
  mentionRoutes(app, host)
}

export const slots: SlotFills<NotificationSettings> = {
  'document.head': {
    order: 60,
    render: (props, c) =>
      c.get('actor')?.access.agent ? (
        <>
          <link rel="stylesheet" href={c.get('asset')('notifications.css')} />
          {props.frame === 'desk' && <script src={c.get('asset')('notifications.js')} nonce={c.get('nonce')} defer />}
        </>
      ) : null,
  },
  'page.bar': { order: 40, render: (_props, c, here) => barBell(c, here) },
  'desk.ticket.side': { order: 90, render: ({ ticket }, c, here) => besideTicket(c, ticket, here) },
  'portal.account': {
    order: 40,
    render: (_props, c) =>
      c.get('actor')?.access.agent ? (
        <Card title={words(c)('mine.card')} id="notifications">
          <p class="para">{words(c)('mine.card.text')}</p>
          <ButtonLink href={MINE}>{words(c)('mine.title')}</ButtonLink>
        </Card>
      ) : null,
  },
  'admin.rail': { order: 40, render: ({ path }, c) => <RailLink href="/admin/notifications" path={path} words={words(c)('title')} /> },
  'unit.rail': {
    order: 40,
    render: ({ path, base }, c) => <RailLink href={`${base}/notifications`} path={path} words={words(c)('title')} />,
  },
}

const RailLink = ({ href, path, words: said }: { href: string; path: string; words: string }) => (
  <ul>
    <li>
      <a href={href} aria-current={path === href || path.startsWith(`${href}/`) ? 'page' : undefined}>
        {said}
      </a>
    </li>
  </ul>
)
