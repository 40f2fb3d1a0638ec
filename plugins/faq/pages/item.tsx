/** Owns reading an entry: its text, files, whether it helped; for those who edit, its versions and approval. */
import type { Hono } from 'hono'
import { readBlob, refused, type PageContext, type WebEnv } from '../../../core/index.ts'
import {
  ActButton,
  AttachmentChip,
  Button,
  ButtonLink,
  Card,
  Crumb,
  CsrfField,
  demandLogin,
  flash,
  isFragment,
  Notice,
  page,
  readFields,
  sendAttachment,
  Time,
} from '../../../core/pages.ts'
import { approveItem, setItemValid, vote } from '../faq.ts'
import {
  findItem,
  findRevision,
  findVote,
  listFiles,
  listRevisions,
  noteView,
  type FaqFile,
  type Item,
  type Revision,
} from '../faq.store.ts'
import { demandEdits } from '../rights.ts'
import type { FaqHost } from '../settings.ts'
import type { FileAddress } from '../text-html.ts'
import { words } from '../words.ts'
import { categoryName } from './list.tsx'
import { addressIn, Changed, fileUrl, itemUrl, Marks, Prose } from './parts.tsx'
import { enter, frame, type Visit } from './visit.tsx'

export function itemRoutes(app: Hono<WebEnv>, host: FaqHost): void {
  app.get('/u/:unit/faq/:id', (c) => itemPage(c, host))

  app.get('/u/:unit/faq/:id/files/:file', async (c) => {
    const { item } = await demandItem(c, host)
    const file = (await listFiles(host.db, item.id)).find(({ id }) => id === c.req.param('file'))
    if (!file) throw refused('not-found')
    return sendAttachment(c, {
      ...file,
      content: () => readBlob(host.db, file.blobId),
    })
  })

  app.post('/u/:unit/faq/:id/vote', async (c) => {
    const actor = demandLogin(c)
    const { item } = await demandItem(c, host)
    const { helped } = await readFields(c)
    if (helped !== 'yes' && helped !== 'no') throw refused('input', { what: 'helped' })
    await host.work(actor, (work) => vote(work, item.id, actor.id, helped === 'yes' ? 100 : 0))
    flash(c, { text: words(c)('item.helped.thanks') })
    return c.redirect(itemUrl(item), 303)
  })

  app.post('/u/:unit/faq/:id/valid', async (c) => {
    const { item, visit } = await demandItem(c, host)
    const actor = demandEdits(c, visit.standing)
    const valid = (await readFields(c))['valid'] === 'on'
    await host.work(actor, (work) => setItemValid(work, item.id, valid))
    flash(c, { text: words(c)(valid ? 'item.restored.done' : 'item.withdrawn.done') })
    return c.redirect(itemUrl(item), 303)
  })

  app.post('/u/:unit/faq/:id/approve', async (c) => {
    const { item, visit } = await demandItem(c, host)
    const actor = demandEdits(c, visit.standing)
    if (!visit.standing.approves) throw refused('not-allowed')
    const { revision = '' } = await readFields(c)
    await host.work(actor, (work) => approveItem(work, item.id, revision))
    flash(c, { text: words(c)('item.approved.done') })
    return c.redirect(itemUrl(item), 303)
  })

  app.get('/u/:unit/faq/:id/versions', async (c) => {
    const { item, visit } = await demandItem(c, host)
    demandEdits(c, visit.standing)
    return versionsPage(c, visit, item, await listRevisions(host.db, item.id))
  })
}

/** An item that this reader may read; withdrawn or unapproved ones only who edits. Anything else is not there. */
export async function demandItem(c: PageContext, host: FaqHost): Promise<{ visit: Visit; item: Item }> {
  const visit = await enter(c, host)
  const item = await findItem(host.db, visit.unit.id, c.req.param('id') ?? '', visit.standing.groups)
  if (!item || !visit.standing.reads.includes(item.audience) || (!visit.standing.edits && !(item.valid && item.published && !item.over))) {
    // A public page of a stranger that only needs a login says so.
    if (item && !c.get('actor') && item.valid && item.published && item.audience === 'external') throw refused('login-needed')
    throw refused('not-found')
  }
  return { visit, item }
}

async function itemPage(c: PageContext, host: FaqHost): Promise<Response> {
  const { visit, item } = await demandItem(c, host)
  const t = words(c)
  const { edits, approves } = visit.standing
  const wanted = edits ? c.req.query('version') : undefined
  const [revision, files, own] = await Promise.all([
    findRevision(host.db, item.id, wanted ?? item.publishedId ?? item.latestId),
    listFiles(host.db, item.id),
    c.get('actor') ? findVote(host.db, item.id, c.get('actor')!.id) : undefined,
  ])
  if (!revision) throw refused('not-found')
  // Who edits looks at it for other reasons.
  if (!edits && !isFragment(c)) await noteView(host.db, item.id, c.get('actor')?.access, host.clock())
  const address = addressIn(item.unitSlug, item.id, files)
  const newest = revision.id === item.latestId
  return page(c, {
    title: revision.title,
    frame: frame(c, visit),
    body: (
      <>
        <Crumb href={`${visit.path}?category=${item.categoryId}`}>
          {categoryName(c, { name: item.categoryName, nameEn: item.categoryNameEn })}
        </Crumb>
        {edits && !item.valid && (
          <Notice tone="warn">
            <p>{t('item.withdrawn')}</p>
          </Notice>
        )}
        {edits && item.valid && item.over && item.validUntil && (
          <Notice tone="warn">
            <p>
              {t('item.over')} <Time c={c} at={item.validUntil} as="day" />
            </p>
          </Notice>
        )}
        {edits && item.valid && item.waiting && (
          <Notice tone="warn">
            <p>{t(item.published ? 'item.waiting' : 'item.waiting.first')}</p>
            {!newest && (
              <p>
                <a href={`${itemUrl(item)}?version=${item.latestId}`}>{t('item.waiting.see')}</a>
              </p>
            )}
          </Notice>
        )}
        <article class="faq-item">
          <header>
            <h1 lang={item.language}>{revision.title}</h1>
            <p class="row-quiet">
              <span class="number">{t('item.number', { number: numberOf(host, item) })}</span> · <Changed c={c} at={revision.createdAt} />
              {edits && item.views > 0 && <> · {t('item.views', { count: item.views })}</>}
              {item.votes > 0 && item.rate !== null && <> · {t('item.helped.sum', { percent: item.rate, count: item.votes })}</>}
            </p>
            {edits && (
              <p class="faq-marks">
                <Marks c={c} item={item} />
              </p>
            )}
          </header>
          <Texts c={c} revision={revision} address={address} language={item.language} comment={visit.standing.reads.includes('internal')} />
          <FileList c={c} item={item} files={files.filter((file) => !file.inline)} />
        </article>
        {edits && (
          <div class="acts">
            {approves && item.waiting && newest && (
              <ActButton c={c} action={`${itemUrl(item)}/approve`} fields={{ revision: revision.id }} kind="primary">
                {t('item.approve')}
              </ActButton>
            )}
            <ButtonLink href={`${itemUrl(item)}/edit`}>{t('item.edit')}</ButtonLink>
            <ButtonLink href={`${itemUrl(item)}/versions`}>{t('item.revisions')}</ButtonLink>
            <ActButton c={c} action={`${itemUrl(item)}/valid`} fields={item.valid ? {} : { valid: 'on' }}>
              {t(item.valid ? 'item.withdraw' : 'item.restore')}
            </ActButton>
          </div>
        )}
        <Helped c={c} item={item} own={own} />
        {await host.slots.fill('faq.item.footer', { unitId: item.unitId, itemId: item.id }, c)}
      </>
    ),
  })
}

/** Its own, of another system; else as OTRS makes one: SystemID, 00, id. */
export const numberOf = (host: FaqHost, { number, id }: Pick<Item, 'number' | 'id'>): string => number ?? `${host.config.systemId}00${id}`

/** The fields of a text under their names; one that has only a solution needs none. */
export const Texts = ({
  c,
  revision,
  address,
  language,
  comment,
}: {
  c: PageContext
  revision: Pick<Revision, 'symptom' | 'problem' | 'solution' | 'comment' | 'contentType'> & Partial<Pick<Revision, 'field4' | 'field5'>>
  address: FileAddress
  language: string
  comment: boolean
}) => {
  const t = words(c)
  const several = revision.symptom.trim() !== '' || revision.problem.trim() !== ''
  const part = (text: string, top: 2 | 3 = 3) => (
    <Prose text={text} type={revision.contentType} address={address} language={language} top={top} />
  )
  return (
    <>
      {revision.symptom.trim() && (
        <section>
          <h2>{t('item.symptom')}</h2>
          {part(revision.symptom)}
        </section>
      )}
      {revision.problem.trim() && (
        <section>
          <h2>{t('item.problem')}</h2>
          {part(revision.problem)}
        </section>
      )}
      <section>
        {several && <h2>{t('item.solution')}</h2>}
        {part(revision.solution, several ? 3 : 2)}
      </section>
      {comment && [revision.field4, revision.field5].map((text) => (text?.trim() ? <section>{part(text)}</section> : null))}
      {comment && revision.comment.trim() && (
        <section class="faq-comment">
          <h2>{t('item.comment')}</h2>
          {part(revision.comment)}
        </section>
      )}
    </>
  )
}

const FileList = ({ c, item, files }: { c: PageContext; item: Item; files: readonly FaqFile[] }) =>
  files.length === 0 ? null : (
    <section>
      <h2>{words(c)('item.files')}</h2>
      <ul class="faq-files">
        {files.map((file) => (
          <li>
            <AttachmentChip c={c} attachment={file} href={fileUrl(item.unitSlug, item.id, file.id)} />
          </li>
        ))}
      </ul>
    </section>
  )

/** Somebody not logged in gives no vote, and is told where to ask. */
const Helped = ({ c, item, own }: { c: PageContext; item: Item; own: number | undefined }) => {
  const t = words(c)
  return (
    <div class="faq-helped">
      {c.get('actor') && (
        <form method="post" autocomplete="off" action={`${itemUrl(item)}/vote`}>
          <CsrfField c={c} />
          <p id="faq-helped">
            {t('item.helped')}
            {own !== undefined && (
              <span class="quiet"> {t('item.helped.your', { answer: t(own >= 50 ? 'item.helped.yes' : 'item.helped.no') })}</span>
            )}
          </p>
          <div role="group" aria-labelledby="faq-helped">
            <Button name="helped" value="yes" small>
              {t('item.helped.yes')}
            </Button>{' '}
            <Button name="helped" value="no" small>
              {t('item.helped.no')}
            </Button>
          </div>
        </form>
      )}
      <p>
        <a href="/#ask">{t('item.not-helped')}</a>
      </p>
    </div>
  )
}

function versionsPage(c: PageContext, visit: Visit, item: Item, revisions: Revision[]): Promise<Response> {
  const t = words(c)
  return page(c, {
    title: t('revisions.title', { title: item.title }),
    frame: frame(c, visit),
    body: (
      <>
        <Crumb href={itemUrl(item)}>{item.title}</Crumb>
        <h1>{t('revisions.title', { title: item.title })}</h1>
        <Card plain>
          <table class="list">
            <thead>
              <tr>
                <th scope="col">{t('revisions.when')}</th>
                <th scope="col">{t('revisions.who')}</th>
                <th scope="col">{t('revisions.subject')}</th>
                <th scope="col">{t('revisions.state')}</th>
                <th>
                  <span class="only-heard">{t('revisions.take')}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {revisions.map((revision) => (
                <tr>
                  <td class="cell-main">
                    <a href={`${itemUrl(item)}?version=${revision.id}`}>
                      <Time c={c} at={revision.createdAt} />
                    </a>
                  </td>
                  <td data-label={t('revisions.who')}>{revision.createdBy ?? ''}</td>
                  <td data-label={t('revisions.subject')}>{revision.title}</td>
                  <td data-label={t('revisions.state')}>
                    {revision.id === item.publishedId ? (
                      t('revisions.current')
                    ) : revision.approvedAt ? (
                      <Time c={c} at={revision.approvedAt} as="day" />
                    ) : (
                      t('revisions.not-yet')
                    )}
                  </td>
                  <td>
                    {revision.id !== item.latestId && <a href={`${itemUrl(item)}/edit?version=${revision.id}`}>{t('revisions.take')}</a>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Card>
      </>
    ),
  })
}
