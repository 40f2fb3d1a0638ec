/** The plugin units: pages on which a unit's local administrators run it; its looks; why routing chose a queue. */
import { definePlugin } from '../../core/index.ts'
import { inProject } from '../../core/pages.ts'
import { Rail } from './frame.tsx'
import { RouteCard } from './route-card.tsx'
import { RailUnits, UnitLinks } from './unit-links.tsx'
import { addressRoutes } from './pages/addresses.tsx'
import { appointmentRoutes, WaitingInvitations } from './pages/appointments.tsx'
import { deadlineRoutes } from './pages/deadlines.tsx'
import { fieldRoutes } from './pages/fields.tsx'
import { homeRoutes } from './pages/home.tsx'
import { hourRoutes } from './pages/hours.tsx'
import { brandOfPage, lookRoutes } from './pages/looks.tsx'
import { peopleRoutes } from './pages/people.tsx'
import { pluginRoutes } from './pages/plugins.tsx'
import { queueRoutes } from './pages/queues.tsx'
import { recordRoutes } from './pages/records.tsx'
import { serviceRoutes } from './pages/services.tsx'
import { settingRoutes } from './pages/settings.tsx'
import { textRoutes } from './pages/texts.tsx'
import { topicRoutes } from './pages/topics.tsx'
import { unitTexts } from './words.ts'

export default definePlugin({
  name: 'units',
  api: 1,
  scope: 'installation',
  needs: ['portal', 'admin'],
  texts: unitTexts,
  files: { 'units.css': inProject('plugins/units/units.css') },
  routes(app) {
    homeRoutes(app)
    queueRoutes(app)
    topicRoutes(app)
    serviceRoutes(app)
    deadlineRoutes(app)
    fieldRoutes(app)
    peopleRoutes(app)
    appointmentRoutes(app)
    hourRoutes(app)
    textRoutes(app)
    settingRoutes(app)
    pluginRoutes(app)
    lookRoutes(app)
    addressRoutes(app)
    recordRoutes(app)
  },
  slots: {
    'unit.rail': { order: 10, render: (props, c) => <Rail c={c} {...props} /> },
    'document.head': {
      order: 60,
      render: async (props, c) => {
        const brand = props.frame === 'portal' ? await brandOfPage(c) : undefined
        return (
          <>
            {props.frame === 'admin' && <link rel="stylesheet" href={c.get('asset')('units.css')} />}
            {brand?.colour && <link rel="stylesheet" href={`/u/${brand.slug}/look.css?v=${brand.colour.slice(1)}`} />}
          </>
        )
      },
    },
    'portal.bar': {
      order: 5,
      render: async (_props, c) => {
        const brand = await brandOfPage(c)
        if (!brand || (!brand.logoBlobId && brand.name === '')) return null
        return (
          <span class="quiet">
            {brand.logoBlobId ? <img src={`/u/${brand.slug}/logo?v=${brand.logoBlobId}`} alt={brand.name} height="28" /> : brand.name}
          </span>
        )
      },
    },
    'portal.notices': { order: 10, render: (_props, c) => <WaitingInvitations c={c} /> },
    'desk.rail': { order: 50, render: (_props, c) => <RailUnits c={c} /> },
    'person.menu': { order: 25, render: (_props, c) => <UnitLinks c={c} /> },
    'desk.ticket.side': { order: 80, render: (props, c) => <RouteCard c={c} ticketId={props.ticket.id} /> },
  },
})
