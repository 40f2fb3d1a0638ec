/** Owns the page on which an agent chooses "my queues" and "my services": what they keep an eye on. */
import {
  myQueueChoices,
  myServiceChoices,
  queuesWith,
  setMyQueues,
  setMyServices,
  shortName,
  type MyChoice,
  type PageContext,
} from '../../../core/index.ts'
import { Button, Card, CsrfField, EmptyState, flash, PageHead, readAll } from '../../../core/pages.ts'
import { words } from '../words.ts'
import { deskPage, enter } from './frame.tsx'

export async function myQueuesPage(c: PageContext): Promise<Response> {
  const visit = await enter(c)
  const t = words(c)
  const { db } = c.get('host')
  const { access } = visit.actor
  const [queues, services] = await Promise.all([
    myQueueChoices(db, access.personId, queuesWith(access, 'ro')),
    myServiceChoices(db, access.personId),
  ])
  return deskPage(c, visit, {
    title: t('view.chosen'),
    body: (
      <>
        <PageHead title={t('view.chosen')} beside={t('chosen.what')} />
        {queues.length === 0 ? (
          <Card>
            <EmptyState title={t('chosen.none')} />
          </Card>
        ) : (
          <form method="post" action="/desk/my-queues" class="form" autocomplete="off">
            <CsrfField c={c} />
            <Choices name="queue" legend={t('rail.queues')} choices={queues} />
            {services.length > 0 && <Choices name="service" legend={t('chosen.services')} choices={services} />}
            <div class="form-foot">
              <Button kind="primary">{t('chosen.save')}</Button>
            </div>
          </form>
        )}
      </>
    ),
  })
}

export async function saveMyQueues(c: PageContext): Promise<Response> {
  const { actor } = await enter(c)
  const queues = await readAll(c, 'queue')
  const services = await readAll(c, 'service')
  await c.get('host').work(actor, async (work) => {
    await setMyQueues(work, queues)
    await setMyServices(work, services)
  })
  flash(c, { text: words(c)('chosen.saved') })
  const view = queues.length > 0 ? '/desk/view/chosen' : services.length > 0 ? '/desk/view/services' : '/desk/my-queues'
  return c.redirect(view, 303)
}

/** A tree as boxes: what lies below another stands in a little. */
const Choices = ({ name, legend, choices }: { name: string; legend: string; choices: readonly MyChoice[] }) => (
  <fieldset class="card choice-tree">
    <legend>{legend}</legend>
    {choices.map((choice) => (
      <label class={`radio deep-${Math.min(choice.name.split('::').length - 1, 4)}`}>
        <input type="checkbox" name={name} value={choice.id} checked={choice.chosen} /> <span>{shortName(choice.name)}</span>
      </label>
    ))}
  </fieldset>
)
