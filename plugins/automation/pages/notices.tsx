/** Owns what stands above pages of rules: that one is stopped and why, that the plugin is off. */
import type { PageContext } from '../../../core/index.ts'
import { ActButton, ButtonLink, Notice } from '../../../core/pages.ts'
import type { Rule } from '../rule.ts'
import { words } from '../words.ts'
import type { Place } from './place.ts'

/** Why it does nothing, and the click that takes it up again. */
export const StoppedNotice = ({ c, place, rule }: { c: PageContext; place: Place; rule: Rule }) => {
  if (!rule.stoppedWhy) return null
  const t = words(c)
  return (
    <Notice tone="warn">
      <p>{t(`stopped.${rule.stoppedWhy}`, { detail: rule.stoppedDetail })}</p>
      <p>{t('stopped.what')}</p>
      <div class="acts">
        <ActButton c={c} action={`${place.path}/${rule.id}/switch`} fields={{ valid: 'on' }}>
          {t('resume')}
        </ActButton>
      </div>
    </Notice>
  )
}

/** Where the plugin is switched on nowhere, rules wait. */
export async function OffNotice({ c, place }: { c: PageContext; place: Place }) {
  const { host, unitId } = place
  const on = unitId === null ? (await host.units()).length > 0 : await host.active(unitId)
  if (on) return null
  const t = words(c)
  return (
    <Notice tone="warn">
      <p>{t(unitId === null ? 'off' : 'off.unit')}</p>
      <div class="acts">
        <ButtonLink href={`${place.base}/plugins`} small>
          {t('off.switch')}
        </ButtonLink>
      </div>
    </Notice>
  )
}
