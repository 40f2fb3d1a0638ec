/* Owns what scripts add to pages that work without them: keys, menus that close, forms sent once, parts that keep still under a hand, news of a lost connection. */
(() => {
  'use strict'

  // ── htmx: what a reader opened stays open when a part refreshes itself ──────────────────────────
  htmx.registerExtension('pomoc', {
    htmx_before_morph_attr: (element, detail) => !(
      (detail.attrName === 'open' && element.tagName === 'DETAILS') ||
      // What was seen when a menu was opened, not what slipped in above it meanwhile.
      (detail.attrName === 'value' && element.matches('details[open] input[name=seen]')) || (detail.attrName === 'aria-current' && element.matches('[data-row]'))
      || (detail.attrName === 'checked' && element.closest('[data-row]'))
    ),
  })

  // ── parts that refresh themselves ───────────────────────────────────────────────────────────────
  const live = () => [...document.querySelectorAll('[data-live]')]
  const refresh = (parts) => { for (const event of new Set(parts.map((part) => part.dataset.live))) htmx.trigger(document.body, event) }
  // Who goes back sees the page as it was left. Later than htmx, which begins after this.
  addEventListener('pageshow', (event) => {
    if (event.persisted || performance.getEntriesByType('navigation')[0]?.type === 'back_forward') setTimeout(() => refresh(live()))
  })
  // The stream is ended by who leaves, before the browser cuts it off; whoever stays after all, for it was a download, connects again.
  addEventListener('beforeunload', () => document.getElementById('live')?._htmx?.sse?.abortController?.abort())

  // Nothing moves under a pointer or a focus: new rows wait to be shown, moved and gone ones stay where they are.
  const held = (part) => part.matches(':hover') || part.contains(document.activeElement)
  const news = (part) => document.querySelector(`[data-news="${CSS.escape(part.id)}"]`)
  const asked = new Set()
  const waiting = new Set()
  function wait(part, count = 0) {
    waiting.add(part.id)
    const place = news(part)
    if (!place) return
    const { forms, moved, show } = place.dataset
    const words = count === 0 ? moved : JSON.parse(forms)[new Intl.PluralRules(document.documentElement.lang).select(count)].replace('#', count)
    if (place.dataset.says === words) return
    place.dataset.says = words
    const button = document.createElement('button')
    Object.assign(button, { type: 'button', className: 'link-button', textContent: show })
    button.addEventListener('click', (event) => showAll(part, event.detail === 0))
    place.replaceChildren(`${words} – `, button)
  }
  function settle(part) {
    waiting.delete(part.id)
    const place = news(part)
    if (!place) return
    delete place.dataset.says
    place.replaceChildren()
  }
  function showAll(part, byKey = false) {
    asked.add(part.id)
    refresh([part])
    if (byKey) part.addEventListener('htmx:after:swap', () => part.querySelector('[data-row] a[href]')?.focus(), { once: true })
  }
  function keepStill(part, fragment) {
    const before = [...part.querySelectorAll('[data-row]')]
    const after = [...fragment.querySelectorAll('[data-row]')]
    const ids = (all) => all.map((row) => row.id)
    if (before.length === 0 || String(ids(before)) === String(ids(after))) return true
    const known = new Set(ids(before))
    wait(part, after.filter((row) => !known.has(row.id)).length)
    if (after.length === 0) return false
    const fresh = new Map(after.map((row) => [row.id, row]))
    after[0].parentNode.replaceChildren(...before.map((row) => fresh.get(row.id) ?? row.cloneNode(true)))
    return true
  }
  document.addEventListener('htmx:before:swap', (event) => {
    const part = event.target
    const main = event.detail?.tasks?.find((task) => task.type === 'main')
    if (!part.dataset?.calm || !main) return
    if (asked.delete(part.id) || !held(part)) return settle(part)
    if (part.dataset.calm === 'whole') {
      wait(part)
      event.preventDefault()
    } else if (!keepStill(part, main.fragment)) event.preventDefault()
  })
  // Once the hand is gone for a moment, what waited is shown.
  const left = () => setTimeout(() => { for (const part of live()) if (waiting.has(part.id) && !held(part)) showAll(part) }, 1500)
  for (const event of ['pointerout', 'focusout']) {
    document.addEventListener(event, ({ target, relatedTarget }) => {
      const part = target.closest?.('[data-calm]')
      if (part && waiting.has(part.id) && !part.contains(relatedTarget)) left()
    })
  }

  const notices = () => document.getElementById('notices')
  let offline
  document.addEventListener('htmx:error', (event) => {
    const reason = event.detail?.error?.name
    if (reason === 'AbortError' || !notices() || offline?.isConnected) return
    offline = document.createElement('div')
    offline.className = 'notice notice-warn toast'
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
  // Files that will not fit are named when they are chosen, and not sent: the answer would come after all of the upload.
  const sayBytes = (bytes) => {
    const power = bytes < 1024 ? 0 : Math.min(3, Math.floor(Math.log2(bytes) / 10))
    const value = bytes / 1024 ** power
    const digits = power > 1 && value < 10 ? 1 : 0
    return `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })}\u00a0${['B', 'kB', 'MB', 'GB'][power]}`
  }
  function filesProblem({ files, dataset }) {
    const all = [...files].sort((a, b) => b.size - a.size)
    const sum = all.reduce((bytes, file) => bytes + file.size, 0)
    if (all.length > Number(dataset.most)) return dataset.tooMany.replace('{count}', all.length)
    if (sum <= Number(dataset.bytes)) return ''
    const alone = all[0].size > Number(dataset.bytes)
    const words = alone ? dataset.tooLarge : dataset.tooLargeTogether
    return words.replace('{name}', () => all[0].name).replace('{size}', sayBytes(alone ? all[0].size : sum))
  }
  function tellFiles(input) {
    const problem = filesProblem(input)
    const id = `${input.id}-unfit`
    document.getElementById(id)?.remove()
    input.toggleAttribute('aria-invalid', problem !== '')
    const described = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one !== '' && one !== id)
    input.setAttribute('aria-describedby', [...(problem ? [id] : []), ...described].join(' '))
    if (problem === '') return true
    const line = Object.assign(document.createElement('p'), { id, className: 'field-problem', textContent: problem })
    line.setAttribute('role', 'alert')
    input.setAttribute('aria-invalid', 'true')
    input.after(line)
    return false
  }
  // Before whatever keeps files as they are chosen.
  document.addEventListener('change', (event) => { if (event.target.matches('input[type=file][data-bytes]')) tellFiles(event.target) }, true)
  document.addEventListener('submit', (event) => {
    const unfit = [...event.target.querySelectorAll('input[type=file][data-bytes]')].filter((input) => !tellFiles(input))
    if (unfit.length === 0) return
    event.preventDefault()
    unfit[0].focus()
  })

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
  // What was refused comes after what was done; where no summary says it, the field itself does.
  ;([...document.querySelectorAll('[data-focus]')].at(-1) ?? document.querySelector('[aria-invalid=true]'))?.focus()
  // The answer to a form stands where a reload shows it again and sends nothing.
  const { address } = document.body.dataset
  if (address) history.replaceState(history.state, '', address)

  // ── a new password: how far it has come, by length and variety (the program knows common ones) ──
  document.addEventListener('input', ({ target }) => {
    const around = target.closest('[data-strength]')
    const shown = around?.querySelector('.strength')
    if (!shown) return
    const signs = [...target.value]
    const level = signs.length < Number(around.dataset.strength) ? 0 : new Set(signs).size < 7 ? 1 : signs.length < 18 ? 2 : 3
    shown.hidden = signs.length === 0
    shown.querySelector('meter').value = level
    const said = shown.querySelector('[data-words]')
    const words = said.dataset.words.split('|')[level]
    // Said once, not with each key.
    if (said.textContent !== words) said.textContent = words
  })

  // ── menus, messages with an end ─────────────────────────────────────────────────────────────────
  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll('details.menu[open]')) if (menu !== except) menu.open = false
  }
  document.addEventListener('click', (event) => closeMenus(event.target.closest('details.menu')))
  const remove = (message) => {
    if (message.contains(document.activeElement)) document.getElementById('main').focus({ preventScroll: true })
    message.remove()
  }
  for (const message of document.querySelectorAll('[data-expires]')) setTimeout(() => remove(message), Number(message.dataset.expires) * 1000)
  document.addEventListener('click', (event) => { if (event.target.matches('.toast-close')) remove(event.target.closest('.toast')) })

  // No menu leaves the window.
  function keepInside(menu) {
    const sheet = menu.querySelector('.menu-sheet')
    sheet.style.translate = ''
    const { left: from, right: to } = sheet.getBoundingClientRect()
    const { clientWidth } = document.documentElement
    const by = to > clientWidth - 8 ? clientWidth - 8 - to : 0
    if (by !== 0 || from < 8) sheet.style.translate = `${Math.max(by, 8 - from)}px`
  }
  document.addEventListener('toggle', (event) => {
    const menu = event.target.closest('details.menu')
    if (menu?.open) keepInside(menu)
  }, true)
  for (const menu of document.querySelectorAll('details.menu[open]')) keepInside(menu)

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

  // After an act from a row the list comes back where one was.
  const PLACE = 'row'
  const here = () => location.pathname + location.search
  const remember = (row) => { if (row) sessionStorage.setItem(PLACE, JSON.stringify({ at: here(), id: row.id, index: rows().indexOf(row) })) }
  const place = JSON.parse(sessionStorage.getItem(PLACE) ?? '{}')
  if (place.at === here() && !current()) (document.getElementById(place.id) ?? rows()[Math.min(place.index, rows().length - 1)])?.setAttribute('aria-current', 'true')
  sessionStorage.removeItem(PLACE)

  // Keys of one letter can be switched off: speech and a slip of the hand press them too (WCAG 2.1.4).
  const lettersOff = document.documentElement.dataset.keys === 'off'
  if (lettersOff) for (const control of document.querySelectorAll('[aria-keyshortcuts]')) control.removeAttribute('aria-keyshortcuts')

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
    if (lettersOff && event.key.length === 1) return
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
    if (control.matches('[data-row-key]')) remember(row)
    press(control)
  })
})();
