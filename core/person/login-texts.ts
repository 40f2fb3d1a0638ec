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
    'login-how.subject': 'Jak się zalogować – {site}',
    'login-how.body':
      'Dzień dobry,\n\nktoś – zapewne Ty – prosi o odnośnik do logowania. Na Twoje konto wchodzi się inaczej: loginem i hasłem.\n\n{url}\n\nTwój login: {login}\n\nNie pamiętasz hasła? Napisz na {address} albo do administratora: wyśle Ci odnośnik, którym ustawisz nowe. Jeśli to nie Twoja prośba, nic nie trzeba robić.\n\n{site}\n',
    'login-how-campus.body':
      'Dzień dobry,\n\nktoś – zapewne Ty – prosi o odnośnik do logowania. Na Twoje konto wchodzi się inaczej: loginem i hasłem konta uczelnianego, tym samym co do innych usług uczelni.\n\n{url}\n\nTwój login: {login}\n\nNie pamiętasz hasła? Ustawisz je tam, gdzie zarządza się kontem uczelnianym. Jeśli to nie Twoja prośba, nic nie trzeba robić.\n\n{site}\n',
    'owner.hello': 'Dzień dobry,',
    'owner.where': 'Przeglądarka: {browser}\nAdres w sieci: {address}',
    'owner.browser.unknown': 'nierozpoznana',
    'owner.if-not':
      'Jeśli to Ty, nic nie trzeba robić.\n\nJeśli nie, zmień hasło i zakończ pozostałe sesje na stronie konta: {url}\nGdy nie możesz się zalogować, napisz na {address}.',
    'owner.new-browser.subject': 'Logowanie w nowej przeglądarce – {site}',
    'owner.new-browser.body': '{when} na konto {account} zalogowano się w przeglądarce, w której to konto nie było jeszcze używane.',
    'owner.password.subject': 'Zmieniono hasło – {site}',
    'owner.password.body': '{when} zmieniono hasło do konta {account}. Na innych urządzeniach trzeba zalogować się ponownie.',
    'owner.factor-on.subject': 'Włączono logowanie dwuetapowe – {site}',
    'owner.factor-on.body': '{when} na koncie {account} włączono logowanie dwuetapowe: po haśle podaje się jeszcze kod z aplikacji.',
    'owner.factor-off.subject': 'Wyłączono logowanie dwuetapowe – {site}',
    'owner.factor-off.body': '{when} na koncie {account} wyłączono logowanie dwuetapowe: do zalogowania wystarczy teraz samo hasło.',
    'owner.factor-codes.subject': 'Nowe kody zapasowe – {site}',
    'owner.factor-codes.body': '{when} na koncie {account} utworzono nowe kody zapasowe. Poprzednie już nie działają.',
  },
  {
    'login-link.subject': 'Login link – {site}',
    'login-link.body':
      'Hello,\n\nsomebody – you, we think – asked to enter the help desk’s pages without a password. Open this link and confirm:\n\n{url}\n\nIt works for {minutes} minutes and only once. If it was not you, delete this message – nobody can log in without the link.\n\n{site}\n',
    'device-link.subject': 'Confirm your browser – {site}',
    'device-link.body':
      'Hello,\n\na stranger is guessing the password of your account, so for now it can be entered only in browsers that you have used before. If it is you who is logging in with a new one, open this link in it:\n\n{url}\n\nIt works for {minutes} minutes and only once. It logs nobody in by itself: you give your password afterwards as always. If it was not you, delete this message.\n\n{site}\n',
    'login-how.subject': 'How to log in – {site}',
    'login-how.body':
      'Hello,\n\nsomebody – you, we think – asked for a login link. Your account is entered in another way: with a login and a password.\n\n{url}\n\nYour login: {login}\n\nForgot the password? Write to {address} or to an administrator, who will send you a link to set a new one. If it was not you, there is nothing to do.\n\n{site}\n',
    'login-how-campus.body':
      'Hello,\n\nsomebody – you, we think – asked for a login link. Your account is entered in another way: with the login and password of your university account, the same as for other services of the university.\n\n{url}\n\nYour login: {login}\n\nForgot the password? You can set it where university accounts are managed. If it was not you, there is nothing to do.\n\n{site}\n',
    'owner.hello': 'Hello,',
    'owner.where': 'Browser: {browser}\nNetwork address: {address}',
    'owner.browser.unknown': 'not recognised',
    'owner.if-not':
      'If it was you, there is nothing to do.\n\nIf it was not, change the password and end the other sessions on your account’s page: {url}\nIf you cannot log in, write to {address}.',
    'owner.new-browser.subject': 'A login in a new browser – {site}',
    'owner.new-browser.body': 'On {when} somebody logged in to the account {account} in a browser in which it had not been used before.',
    'owner.password.subject': 'Your password was changed – {site}',
    'owner.password.body': 'On {when} the password of the account {account} was changed. On other devices you have to log in again.',
    'owner.factor-on.subject': 'Two-step login was switched on – {site}',
    'owner.factor-on.body':
      'On {when} two-step login was switched on for the account {account}: after the password, a code from an app is asked for.',
    'owner.factor-off.subject': 'Two-step login was switched off – {site}',
    'owner.factor-off.body':
      'On {when} two-step login was switched off for the account {account}: the password alone is enough to log in now.',
    'owner.factor-codes.subject': 'New recovery codes – {site}',
    'owner.factor-codes.body': 'On {when} new recovery codes were made for the account {account}. The earlier ones no longer work.',
  },
)
