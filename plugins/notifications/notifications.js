/* Owns what scripts add to notes: while somebody types @login, the colleagues who fit, to choose one by keys or pointer. */
(() => {
  'use strict'
  let list
  let field
  let begins = -1
  let chosen = -1
  let asked = 0

  /** The ticket whose page this is. */
  const ticket = () => /^\/desk\/tickets\/(\d+)/.exec(document.body.dataset.address || location.pathname)?.[1]

  /** Where a login begins that the caret stands in; -1: nowhere. What stands behind a letter is an address. */
  function beginning(area) {
    const before = area.value.slice(0, area.selectionStart)
    const at = before.lastIndexOf('@')
    if (at === -1 || before.length - at > 60 || /[\p{L}\p{N}._@+-]/u.test(before[at - 1] ?? ' ')) return -1
    return /^[\p{L}\p{N}._-]*$/u.test(before.slice(at + 1)) ? at : -1
  }

  function make(tag, attributes) {
    const element = document.createElement(tag)
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value)
    return element
  }

  function close() {
    list?.remove()
    for (const name of ['aria-controls', 'aria-activedescendant', 'aria-autocomplete']) field?.removeAttribute(name)
    list = field = undefined
    chosen = -1
  }

  function mark(n) {
    const options = [...list.children]
    chosen = (n + options.length) % options.length
    options.forEach((option, i) => option.setAttribute('aria-selected', String(i === chosen)))
    field.setAttribute('aria-activedescendant', options[chosen].id)
    options[chosen].scrollIntoView({ block: 'nearest' })
  }

  function take(option) {
    const area = field
    const text = `@${option.dataset.login} `
    close()
    area.focus()
    area.setRangeText(text, begins, area.selectionStart, 'end')
    // What keeps drafts hears it as typed.
    area.dispatchEvent(new Event('input', { bubbles: true }))
    close()
  }

  async function look(area) {
    const at = beginning(area)
    const id = ticket()
    if (at === -1 || id === undefined) return close()
    const turn = ++asked
    const typed = area.value.slice(at + 1, area.selectionStart)
    const answer = await fetch(`/desk/tickets/${id}/mentions?q=${encodeURIComponent(typed)}`).catch(() => undefined)
    const { label, people } = answer?.ok ? await answer.json() : { people: [] }
    if (turn !== asked || document.activeElement !== area) return
    close()
    if (people.length === 0) return
    begins = at
    field = area
    list = make('ul', { id: 'notifications-mentions', class: 'notifications-mentions', role: 'listbox', 'aria-label': label })
    for (const { id: person, login, name } of people) {
      const option = make('li', { id: `mention-${person}`, role: 'option', 'aria-selected': 'false', 'data-login': login })
      const whole = make('b', {})
      whole.textContent = name
      const quiet = make('span', { class: 'quiet' })
      quiet.textContent = ` @${login}`
      option.append(whole, quiet)
      list.append(option)
    }
    area.after(list)
    area.setAttribute('aria-controls', list.id)
    area.setAttribute('aria-autocomplete', 'list')
    mark(0)
  }

  const notes = '#note, #close-note, textarea[data-mentions]'
  document.addEventListener('input', (event) => {
    if (event.target.matches(notes)) void look(event.target)
  })
  document.addEventListener('keydown', (event) => {
    if (!list || event.target !== field) return
    const act = {
      ArrowDown: () => mark(chosen + 1),
      ArrowUp: () => mark(chosen - 1),
      Enter: () => take(list.children[chosen]),
      Tab: () => take(list.children[chosen]),
      Escape: close,
    }[event.key]
    if (!act) return
    event.preventDefault()
    event.stopPropagation()
    act()
  }, true)
  document.addEventListener('mousedown', (event) => {
    const option = event.target.closest('#notifications-mentions [role=option]')
    if (!option) return
    event.preventDefault()
    take(option)
  })
  document.addEventListener('focusout', (event) => { if (event.target === field) close() })
})()
