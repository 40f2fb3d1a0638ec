/** Owns the words of mails about logging in. */
import { defineTexts } from '../i18n/texts.ts'

export const loginTexts = defineTexts({
  'login-link.subject': 'Odnośnik do logowania – {site}',
  'login-link.body': 'Dzień dobry,\n\nktoś – zapewne Ty – prosi o wejście na stronę pomocy bez hasła. Otwórz ten odnośnik i potwierdź:\n\n{url}\n\nDziała przez {minutes} minut i tylko raz. Jeśli to nie Twoja prośba, usuń tę wiadomość – bez odnośnika nikt się nie zaloguje.\n\n{site}\n',
}, {
  'login-link.subject': 'Login link – {site}',
  'login-link.body': 'Hello,\n\nsomebody – you, we think – asked to enter the help desk’s pages without a password. Open this link and confirm:\n\n{url}\n\nIt works for {minutes} minutes and only once. If it was not you, delete this message – nobody can log in without the link.\n\n{site}\n',
})
