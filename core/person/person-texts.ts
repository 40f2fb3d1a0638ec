/** Owns the words of mails that an administrator has sent to a person. */
import { defineTexts } from '../i18n/texts.ts'

export const personTexts = defineTexts(
  {
    'password-link.subject': 'Ustaw hasło – {site}',
    'password-link.body':
      'Dzień dobry,\n\nadministrator prosi Cię o ustawienie hasła do strony pomocy. Twój login: {login}\n\nOtwórz ten odnośnik i wpisz hasło:\n\n{url}\n\nDziała przez {hours} h i tylko raz.\n\n{site}\n',
  },
  {
    'password-link.subject': 'Set your password – {site}',
    'password-link.body':
      'Hello,\n\nthe administrator asks you to set a password for the help desk’s pages. Your login: {login}\n\nOpen this link and enter a password:\n\n{url}\n\nIt works for {hours} h and only once.\n\n{site}\n',
  },
)
