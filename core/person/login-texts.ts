/** Owns the words of mails about logging in. */
import { defineTexts } from '../i18n/texts.ts'

export const loginTexts = defineTexts(
  {
    'login-link.subject': 'Odnośnik do logowania – {site}',
    'login-link.body':
      'Dzień dobry,\n\nktoś – zapewne Ty – prosi o wejście na stronę pomocy bez hasła. Otwórz ten odnośnik i potwierdź:\n\n{url}\n\nDziała przez {minutes} minut i tylko raz. Jeśli to nie Twoja prośba, usuń tę wiadomość – bez odnośnika nikt się nie zaloguje.\n\n{site}\n',
    'device-link.subject': 'Potwierdź swoją przeglądarkę – {site}',
    'device-link.body':
      'Dzień dobry,\n\nktoś obcy zgaduje hasło do Twojego konta, dlatego na razie można się na nie zalogować tylko w przeglądarkach, których już używasz. Jeśli to Ty logujesz się teraz w nowej, otwórz w niej ten odnośnik:\n\n{url}\n\nDziała przez {minutes} minut i tylko raz. Sam nikogo nie loguje: hasło trzeba potem podać tak jak zawsze. Jeśli to nie Ty, usuń tę wiadomość.\n\n{site}\n',
  },
  {
    'login-link.subject': 'Login link – {site}',
    'login-link.body':
      'Hello,\n\nsomebody – you, we think – asked to enter the help desk’s pages without a password. Open this link and confirm:\n\n{url}\n\nIt works for {minutes} minutes and only once. If it was not you, delete this message – nobody can log in without the link.\n\n{site}\n',
    'device-link.subject': 'Confirm your browser – {site}',
    'device-link.body':
      'Hello,\n\na stranger is guessing the password of your account, so for now it can be entered only in browsers that you have used before. If it is you who is logging in with a new one, open this link in it:\n\n{url}\n\nIt works for {minutes} minutes and only once. It logs nobody in by itself: you give your password afterwards as always. If it was not you, delete this message.\n\n{site}\n',
  },
)
