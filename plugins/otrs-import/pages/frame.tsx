/** Owns what the pages of the take-over share: who is let in, the frame of administration, the tabs between them. */
import type { Child } from 'hono/jsx'
import type { PageContext, PersonActor } from '../../../core/index.ts'
import { administrationPage, enterAdministration, listAnswer, type List } from '../../../core/administration.ts'
import { PageHead, Tabs } from '../../../core/pages.ts'
import { words, type ImportKey } from '../words.ts'

export const PATH = '/admin/take-over'
export const TABS = {
  check: `${PATH}/check`,
  runs: PATH,
  findings: `${PATH}/findings`,
  kept: `${PATH}/kept`,
  report: `${PATH}/report`,
  live: `${PATH}/go-live`,
} as const
export type TabName = keyof typeof TABS

/** As everywhere in administration: to whoever is no agent the page does not exist. */
export const demandAdministrator = async (c: PageContext): Promise<PersonActor> => (await enterAdministration(c)).actor

interface ImportPage {
  tab: TabName
  title?: string
  beside?: Child
  acts?: Child
  status?: 200 | 422
  body: Child
}

export async function importPage(c: PageContext, { tab, title, beside, acts, status = 200, body }: ImportPage): Promise<Response> {
  const t = words(c)
  return framed(
    c,
    { tab, title, status },
    <>
      <PageHead title={title ?? t('title')} beside={beside ?? t('lead')}>
        {acts}
      </PageHead>
      <ImportTabs c={c} tab={tab} />
      {body}
    </>,
  )
}

/** A list below the tabs, with what all lists of administration have. `above`: what stands between. */
export async function importList<Row>(c: PageContext, tab: TabName, { above, ...list }: Omit<List<Row>, 'title'>): Promise<Response> {
  return listAnswer(
    c,
    {
      beside: words(c)('lead'),
      ...list,
      title: words(c)('title'),
      above: (
        <>
          <ImportTabs c={c} tab={tab} />
          {above}
        </>
      ),
    },
    (body) => framed(c, { tab }, body),
  )
}

async function framed(
  c: PageContext,
  { tab, title, status = 200 }: Pick<ImportPage, 'tab' | 'status'> & { title?: string | undefined },
  body: Child,
): Promise<Response> {
  const t = words(c)
  return administrationPage(c, await enterAdministration(c), { title: `${title ?? t(`tab.${tab}`)} – ${t('title')}`, status, body })
}

const ImportTabs = ({ c, tab }: { c: PageContext; tab: TabName }) => {
  const t = words(c)
  return (
    <Tabs
      label={t('tab.label')}
      tabs={(Object.keys(TABS) as TabName[]).map((name) => ({
        href: TABS[name],
        label: t(`tab.${name}` satisfies ImportKey),
        current: name === tab,
      }))}
    />
  )
}
