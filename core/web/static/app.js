/* Owns what scripts add to pages that work without them: keys, menus that close, forms sent once, news of a lost connection. */
(() => {
  'use strict'

  // ── htmx: what a reader opened stays open when a part refreshes itself ──────────────────────────
  htmx.registerExtension('pomoc', {
    htmx_before_morph_attr: (element, detail) => !(
      (detail.attrName === 'open' && element.tagName === 'DETAILS') || (detail.attrName === 'aria-current' && element.matches('[data-row]'))
    ),
  })

  const notices = () => document.getElementById('notices')
  let offline
  document.addEventListener('htmx:error', (event) => {
    const reason = event.detail?.error?.name
    if (reason === 'AbortError' || !notices() || offline?.isConnected) return
    offline = document.createElement('div')
    offline.className = 'notice notice-warn'
    offline.textContent = notices().dataset.offline
    notices().append(offline)
  })
  document.addEventListener('htmx:after:request', () => offline?.remove())
  document.addEventListener('live-connected', () => {
    offline?.remove()
    document.documentElement.dataset.live = 'on'
  })
  document.addEventListener('htmx:sse:error', () => { delete document.documentElement.dataset.live })

  // While somebody types, what they look at stays where it is: a part above that refreshes itself pushes it nowhere.
  let typedAt
  document.addEventListener('htmx:before:swap', () => {
    const element = document.activeElement
    typedAt = element && typing(element) ? { element, top: element.getBoundingClientRect().top } : undefined
  })
  const stay = () => {
    if (!typedAt?.element.isConnected) return
    const pushed = () => typedAt.element.getBoundingClientRect().top - typedAt.top
    scrollBy({ top: pushed(), behavior: 'instant' })
    // A page too short to be scrolled that far gets room below.
    if (pushed() <= 1) return
    document.body.style.minHeight = `${document.documentElement.scrollHeight + pushed()}px`
    scrollBy({ top: pushed(), behavior: 'instant' })
  }
  document.addEventListener('htmx:after:settle', stay)
  document.addEventListener('htmx:after:swap', () => {
    stay()
    typedAt = undefined
  })

  // ── forms ───────────────────────────────────────────────────────────────────────────────────────
  // A second press while the first is on its way sends nothing.
  document.addEventListener('submit', (event) => {
    const form = event.target
    if (event.defaultPrevented || form.method !== 'post') return
    if (form.dataset.sent) event.preventDefault()
    form.dataset.sent = 'yes'
  })
  addEventListener('pageshow', () => { for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent })
  document.addEventListener('change', (event) => {
    if (event.target.matches('[data-submits]')) event.target.form?.requestSubmit()
  })
  document.querySelector('[data-focus]')?.focus()

  // ── menus, messages with an end ─────────────────────────────────────────────────────────────────
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (menu !== except) menu.open = false
  }
  document.addEventListener('click', (event) => closeMenus(event.target.closest('details.menu')))
  for (const message of document.querySelectorAll('[data-expires]')) {
    setTimeout(() => message.remove(), Number(message.dataset.expires) * 1000)
  }

  // ── keys ────────────────────────────────────────────────────────────────────────────────────────
  // data-key on a control: pressing the key presses it. In a list (data-rows) J and K walk over data-row, X ticks it,
  // Enter opens its first link, any other key presses data-row-key inside the row.
  const typing = (element) => element.isContentEditable || (/^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) && element.type !== 'checkbox')
  const rows = () => [...document.querySelectorAll('[data-rows] [data-row]')]
  const current = () => document.querySelector('[data-row][aria-current="true"]')

  function walk(step) {
    const all = rows()
    if (all.length === 0) return
    const at = all.indexOf(current())
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)]
    current()?.removeAttribute('aria-current')
    next.setAttribute('aria-current', 'true')
    next.querySelector('a[href]')?.focus({ preventScroll: true })
    next.scrollIntoView({ block: 'nearest' })
  }

  function press(control) {
    if (control.matches('input:not([type=checkbox]), textarea, select')) {
      // What stands in a text already (a salutation, a draft) is gone on with.
      if (control.matches('textarea') && !control.dataset.touched) control.setSelectionRange(control.value.length, control.value.length)
      return control.focus()
    }
    control.click()
  }

  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') {
      const menu = document.querySelector('details.menu[open]')
      closeMenus()
      menu?.querySelector('summary')?.focus()
      return
    }
    if (event.ctrlKey && event.key === 'Enter' && event.target.form) {
      event.preventDefault()
      return event.target.form.requestSubmit()
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return
    const key = event.key.length === 1 ? event.key.toUpperCase() : event.key
    const row = current()
    if (rows().length > 0 && (key === 'J' || key === 'K')) {
      event.preventDefault()
      return walk(key === 'J' ? 1 : -1)
    }
    const control = (row && (key === 'X' ? row.querySelector('input[type=checkbox]') : row.querySelector(`[data-row-key="${CSS.escape(key)}"]`)))
      || document.querySelector(`[data-key="${CSS.escape(key)}"]`)
    if (!control) return
    event.preventDefault()
    press(control)
  })
})();
