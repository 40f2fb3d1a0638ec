/** Owns the words of mails to who is let into a ticket, and hears of what happens there. */
import { defineTexts } from '../../i18n/texts.ts'

export const participantTexts = defineTexts(
  {
    'invite.subject': 'Masz wgląd w zgłoszenie {number}',
    'invite.read':
      'Dzień dobry,\n\n{who} daje Ci wgląd w zgłoszenie {number} „{title}”.\n\nPrzeczytasz je po zalogowaniu:\n{url}\n\n{site}',
    'invite.by-customer.read':
      'Dzień dobry,\n\nosoba o adresie {who} daje Ci wgląd w swoje zgłoszenie {number}.\n\nPrzeczytasz je po zalogowaniu:\n{url}\n\nJeśli nie znasz tego adresu, nie musisz nic robić.\n\n{site}',
    'invite.by-customer.reply':
      'Dzień dobry,\n\nosoba o adresie {who} prosi Cię o udział w swoim zgłoszeniu {number}.\n\nPrzeczytasz je i odpiszesz po zalogowaniu:\n{url}\n\nJeśli nie znasz tego adresu, nie musisz nic robić.\n\n{site}',
    'invite.reply':
      'Dzień dobry,\n\n{who} prosi Cię o udział w zgłoszeniu {number} „{title}”.\n\nPrzeczytasz je i odpiszesz po zalogowaniu:\n{url}\n\n{site}',
    'answered.subject': 'Nowa odpowiedź',
    'answered.read': 'Dzień dobry,\n\nw zgłoszeniu {number} jest nowa odpowiedź. Przeczytasz ją po zalogowaniu:\n{url}\n\n{site}',
    'answered.reply':
      'Dzień dobry,\n\nw zgłoszeniu {number} jest nowa odpowiedź. Przeczytasz ją i odpiszesz po zalogowaniu:\n{url}\n\n{site}',
    'closed.subject': 'Zgłoszenie zamknięte',
    'closed.read': 'Dzień dobry,\n\nzgłoszenie {number} jest zamknięte. Całą rozmowę przeczytasz po zalogowaniu:\n{url}\n\n{site}',
    'closed.reply': 'Dzień dobry,\n\nzgłoszenie {number} jest zamknięte. Całą rozmowę przeczytasz po zalogowaniu:\n{url}\n\n{site}',
  },
  {
    'invite.subject': 'You may read ticket {number}',
    'invite.read': 'Hello,\n\n{who} lets you read ticket {number} “{title}”.\n\nRead it after logging in:\n{url}\n\n{site}',
    'invite.by-customer.read':
      'Hello,\n\n{who} lets you read their ticket {number}.\n\nRead it after logging in:\n{url}\n\nIf you do not know this address, you need not do anything.\n\n{site}',
    'invite.by-customer.reply':
      'Hello,\n\n{who} asks you to join their ticket {number}.\n\nRead it and reply after logging in:\n{url}\n\nIf you do not know this address, you need not do anything.\n\n{site}',
    'invite.reply': 'Hello,\n\n{who} asks you to join ticket {number} “{title}”.\n\nRead it and reply after logging in:\n{url}\n\n{site}',
    'answered.subject': 'A new reply',
    'answered.read': 'Hello,\n\nthere is a new reply in ticket {number}. Read it after you log in:\n{url}\n\n{site}',
    'answered.reply': 'Hello,\n\nthere is a new reply in ticket {number}. Read it and answer after you log in:\n{url}\n\n{site}',
    'closed.subject': 'Ticket closed',
    'closed.read': 'Hello,\n\nticket {number} was closed. Read the whole conversation after you log in:\n{url}\n\n{site}',
    'closed.reply': 'Hello,\n\nticket {number} was closed. Read the whole conversation after you log in:\n{url}\n\n{site}',
  },
)
