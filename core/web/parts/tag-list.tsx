/** Owns the list of tags beside a text that is filled in when it is sent. */
import type { PageContext } from '../../kernel/contract.ts'
import { webTexts } from '../i18n/web-texts.ts'
import { Card } from './layout.tsx'

const TAGS = [
  'OTRS_TICKET_TicketNumber',
  'OTRS_TICKET_Title',
  'OTRS_TICKET_State',
  'OTRS_TICKET_Queue',
  'OTRS_CUSTOMER_SUBJECT[40]',
  'OTRS_CUSTOMER_BODY[10]',
  'OTRS_CUSTOMER_REALNAME',
  'OTRS_OWNER_UserFullname',
  'POMOC_RECEIPT',
  'POMOC_TICKET_URL',
  'POMOC_ADDRESS',
  'POMOC_ADDRESS_NAME',
] as const

export const TagList = ({ c }: { c: PageContext }) => {
  const t = webTexts.in(c.get('language'))
  return (
    <Card title={t('tags')} id="tags">
      <dl class="tags">
        {TAGS.map((tag) => (
          <div>
            <dt>
              <code>{`<${tag}>`}</code>
            </dt>
            <dd>{t(`tag.${tag}`)}</dd>
          </div>
        ))}
      </dl>
      <p class="para quiet small">{t('tags.more')}</p>
    </Card>
  )
}
