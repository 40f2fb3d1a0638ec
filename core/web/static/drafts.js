/* Owns what scripts add to forms whose words are kept (web/drafts): saving while one types, honest words when that fails, files, texts put in. */
(() => {
  'use strict'
  const formOf = (status) => status.closest('form')
  const isStatus = (element) => element?.matches?.('.draft-status')
  const field = (form, name) => form.querySelector(`input[name="${name}"]`)

  // ── what is not kept yet ────────────────────────────────────────────────────────────────────────
  document.addEventListener('input', (event) => {
    const form = event.target.closest?.('form')
    if (form?.querySelector('.draft-status')) form.dataset.unkept ||= 'yes'
  })
  const unkept = () => [...document.querySelectorAll('form[data-unkept]')].filter((form) => !form.dataset.sent)

  // Whoever leaves within the moment before it is saved: it goes along with the leaving.
  addEventListener('pagehide', () => {
    for (const form of unkept()) keep(form).catch(() => {})
  })
  function keep(form) {
    const body = new URLSearchParams([...new FormData(form)].filter(([, value]) => typeof value === 'string'))
    return fetch('/draft', { method: 'POST', body, keepalive: true, headers: { 'hx-request': 'true' } })
  }
  // Whoever logs out can keep nothing any more: it is kept before.
  document.addEventListener('submit', (event) => {
    const out = event.target
    const forms = unkept()
    if (event.defaultPrevented || !out.matches('form[action="/logout"]') || forms.length === 0) return
    event.preventDefault()
    const kept = forms.map((form) => keep(form).then((answer) => { if (answer.ok) delete form.dataset.unkept }))
    Promise.allSettled(kept).then(() => out.submit())
  })
  // Only where saving has failed is there something to lose.
  addEventListener('beforeunload', (event) => { if (unkept().some((form) => form.dataset.unkept === 'failed')) event.preventDefault() })

  // A form on its way saves no draft any more: it would come back after the message has gone.
  document.addEventListener('submit', (event) => {
    for (const status of event.target.querySelectorAll('.draft-status')) htmx.trigger(status, 'htmx:abort')
  })
  document.addEventListener('htmx:before:request', (event) => {
    const element = event.target
    if (isStatus(element) && formOf(element).dataset.sent) event.preventDefault()
    // What is too large is said at its field, and not sent to be refused.
    if (element.matches?.('.kept-files') && document.getElementById(element.id.replace(/-kept$/, '-files'))?.matches('[aria-invalid]')) event.preventDefault()
  })
  // What the browser puts back into fields may have been sent; what was not is the draft that came with the page.
  addEventListener('pageshow', (event) => {
    if (event.persisted || performance.getEntriesByType('navigation')[0]?.type === 'navigate') return
    for (const form of [...document.querySelectorAll('.draft-status')].map(formOf))
      // Not what somebody types already, on a slow line perhaps before this script was there.
      if (!form.dataset.unkept && !form.contains(document.activeElement)) form.reset()
  })
  // A page that comes back from the browser's memory after its words were sent is a new beginning: what is typed now is another message.
  addEventListener('pageshow', (event) => {
    if (!event.persisted) return
    for (const page of document.querySelectorAll('input[name="draft.page"]')) {
      if (!page.form.dataset.wasSent) continue
      page.value = crypto.randomUUID()
      field(page.form, 'draft.base')?.remove()
      delete page.form.dataset.wasSent
    }
  })
  addEventListener('pagehide', () => { for (const form of document.querySelectorAll('form[data-sent]')) form.dataset.wasSent = 'yes' })

  // ── saved, or not ───────────────────────────────────────────────────────────────────────────────
  function failed(status, words) {
    status.textContent = words
    status.classList.add('draft-failed')
    formOf(status).dataset.unkept = 'failed'
    setTimeout(() => {
      if (status.isConnected && formOf(status).dataset.unkept === 'failed') htmx.trigger(formOf(status), 'input')
    }, 4000)
  }

  // Logged in again in another tab, as the same person: the form gets a mark that counts now.
  async function freshMarks(form) {
    const answer = await fetch(field(form, 'draft.back').value, { redirect: 'error' })
    const text = await answer.text()
    const [token, person] = ['_csrf', 'draft.of'].map((name) => text.split(`name="${name}" value="`)[1]?.split('"')[0])
    if (answer.ok && token && person === field(form, 'draft.of').value)
      for (const input of document.querySelectorAll('input[name="_csrf"]')) input.value = token
  }

  document.addEventListener('htmx:after:request', (event) => {
    const status = event.target
    const code = event.detail?.ctx?.response?.status
    if (!isStatus(status) || !code) return
    if (code < 400) {
      status.classList.remove('draft-failed')
      delete formOf(status).dataset.unkept
      if (event.detail.ctx.response.headers.get('x-form-stale')) freshMarks(formOf(status)).catch(() => {})
    } else {
      failed(status, code === 401 || code === 403 ? status.dataset.lost : status.dataset.failed)
      if (code === 401 || code === 403) freshMarks(formOf(status)).catch(() => {})
    }
  })
  document.addEventListener('htmx:error', (event) => {
    if (isStatus(event.target) && event.detail?.error?.name !== 'AbortError') failed(event.target, event.target.dataset.failed)
  })

  // ── what the server put into the page ───────────────────────────────────────────────────────────
  function putIn(textarea, text) {
    const { value } = textarea
    const at = textarea.dataset.touched ? textarea.selectionEnd : value.length
    const before = value.slice(0, at)
    const gap = before.trim() === '' || before.endsWith('\n\n') ? '' : before.endsWith('\n') ? '\n' : '\n\n'
    textarea.setRangeText(`${gap}${text}`, at, at, 'end')
    textarea.focus()
    textarea.dispatchEvent(new Event('input', { bubbles: true }))
  }
  document.addEventListener('focusin', (event) => { if (event.target.matches('textarea')) event.target.dataset.touched = 'yes' })

  document.addEventListener('htmx:after:swap', () => {
    // The page's address names its draft: a reload, or the tab opened again, shows this one.
    const told = document.querySelector('.draft-status [data-address]')
    if (told && told.dataset.address !== location.pathname + location.search) history.replaceState(history.state, '', told.dataset.address + location.hash)
    for (const put of document.querySelectorAll('[data-put-into]')) {
      const textarea = document.getElementById(put.dataset.putInto)
      const text = put.textContent
      put.remove()
      if (textarea) putIn(textarea, text)
    }
  })
  document.addEventListener('htmx:after:swap', (event) => {
    const kept = event.target.matches?.('.kept-files') ? event.target : undefined
    const chosen = kept && document.getElementById(kept.id.replace(/-kept$/, '-files'))
    if (!chosen?.value) return
    chosen.value = ''
    htmx.trigger(chosen.form, 'input')
  })
})();
