/* Owns what scripts add to the desk: choosing all rows, how many are chosen, a folded side column on phones. */
(() => {
  'use strict'
  const boxes = () => [...document.querySelectorAll('#bulk [data-row] input[type=checkbox]')]

  function tell() {
    const chosen = boxes().filter((box) => box.checked).length
    const count = document.querySelector('.bulk-count')
    if (count) count.textContent = `${count.dataset.chosen} ${chosen}`
    const all = document.querySelector('.pick-all')
    if (all) {
      const [words, label] = all.closest('th').children
      label.hidden = false
      // The box says it by itself.
      words.hidden = true
      all.checked = chosen > 0 && chosen === boxes().length
      all.indeterminate = chosen > 0 && chosen < boxes().length
    }
  }
  document.addEventListener('change', (event) => {
    if (event.target.matches('.pick-all')) for (const box of boxes()) box.checked = event.target.checked
    if (event.target.closest('#bulk')) tell()
  })
  document.addEventListener('click', (event) => { if (event.target.matches('#bulk input[type=checkbox]')) tell() })
  document.addEventListener('htmx:after:swap', tell)
  // What the page chose counts as chosen by hand: it stays when the list refreshes itself.
  for (const box of boxes()) if (box.defaultChecked) box.checked = true
  tell()

  // A note is opened where it is written; the browser only scrolls there.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]')
    const target = link && document.getElementById(link.getAttribute('href').slice(1))
    if (!target?.matches('textarea')) return
    event.preventDefault()
    const folded = target.closest('details')
    if (folded) folded.open = true
    if (!target.dataset.touched) target.setSelectionRange(target.value.length, target.value.length)
    target.focus()
    target.scrollIntoView({ block: 'center' })
  })

  // A menu that opens takes the keyboard along; choosing a date chooses "another date".
  document.addEventListener('toggle', (event) => {
    const menu = event.target
    if (menu.matches('details.menu[open]') && !menu.querySelector('.notice')) {
      menu.querySelector('form :is(input:not([type=hidden]), select, textarea)')?.focus()
    }
  }, true)
  document.addEventListener('input', (event) => {
    if (event.target.id !== 'pend-date') return
    const other = event.target.form.querySelector('input[name=until][value=date]')
    if (other) other.checked = true
  })

  // Columns are moved where they stand; what came of it is sent with the form. The keyboard stays on the arrow.
  document.addEventListener('click', (event) => {
    const arrow = event.target.closest('.columns-list [data-move]')
    if (!arrow) return
    event.preventDefault()
    const item = arrow.closest('li')
    if (arrow.dataset.move === 'up') item.previousElementSibling?.before(item)
    else item.nextElementSibling?.after(item)
    arrow.focus()
    arrow.scrollIntoView({ block: 'nearest' })
  })

  const side = document.getElementById('ticket-side')
  // What was refused in it is not folded away.
  if (side && matchMedia('(max-width: 900px)').matches) side.open = side.querySelector('.field-bad') !== null
})()
