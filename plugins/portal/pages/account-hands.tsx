/** Owns the card of one's account for keys of one letter and the time to take an act back. */
import { UNDO_CHOICES, type PageContext } from '../../../core/index.ts'
import { blankForm, Button, Card, Checkbox, CsrfField, demandLogin, Select } from '../../../core/pages.ts'
import { words } from '../words.ts'

/** Sent to /preferences, which keeps what is chosen with the person. */
export const HandsCard = ({ c }: { c: PageContext }) => {
  const t = words.in(c.get('language'))
  const { access, preferences } = demandLogin(c)
  return (
    <Card title={t('account.hands')} id="hands">
      <form method="post" action="/preferences" class="form" autocomplete="off">
        <CsrfField c={c} />
        <input type="hidden" name="back" value="/account#hands" />
        <input type="hidden" name="hands" value="yes" />
        <Checkbox
          c={c}
          form={blankForm()}
          name="keys"
          label={t('account.hands.keys')}
          help={t('account.hands.keys.help')}
          checked={preferences.singleKeys}
        />
        {access.agent && (
          <Select
            c={c}
            form={blankForm()}
            name="undo"
            label={t('account.hands.undo')}
            help={t('account.hands.undo.help')}
            value={preferences.undoSeconds}
            choices={UNDO_CHOICES.map((seconds) => ({ value: String(seconds), label: t('account.hands.seconds', { count: seconds }) }))}
          />
        )}
        <Button>{t('account.hands.save')}</Button>
      </form>
    </Card>
  )
}
