/** Owns the words of mails to who is appointed, asked, or dismissed. */
import { defineTexts } from '../i18n/texts.ts'

export const appointmentTexts = defineTexts(
  {
    'hat.subject': 'Prowadzisz zgłoszenia – {site}',
    'hat.body':
      'Dzień dobry,\n\nod teraz prowadzisz zgłoszenia w: {site}. Zgłoszenia, które możesz prowadzić, są po zalogowaniu na pulpicie:\n{url}\n\nLogujesz się tak jak dotąd.\n\n{site}\n',
    'work.subject': 'Prowadzisz zgłoszenia jednostki „{unit}”',
    'work.body':
      'Dzień dobry,\n\n{who} daje Ci prawa do zgłoszeń jednostki „{unit}”. Są po zalogowaniu na pulpicie:\n{url}\n\nLogujesz się tak jak dotąd.\n\n{site}\n',
    'administer.subject': 'Administrujesz jednostką „{unit}”',
    'administer.body':
      'Dzień dobry,\n\n{who} wyznacza Cię na administratora jednostki „{unit}” i jednostek pod nią. Jej strony są tutaj:\n{url}\n\nLogujesz się tak jak dotąd.\n\n{site}\n',
    'invited.subject': 'Zaproszenie do jednostki „{unit}”',
    'invited.work.body':
      'Dzień dobry,\n\n{who} zaprasza Cię do prowadzenia zgłoszeń jednostki „{unit}”.\n\nPrzyjmiesz albo odrzucisz zaproszenie tutaj, do {until}:\n{url}\n\nDopóki go nie przyjmiesz, nic się nie zmienia. Logujesz się tak jak dotąd, także potem. Jeśli nie wiesz, o co chodzi, nie musisz nic robić.\n\n{site}\n',
    'invited.administer.body':
      'Dzień dobry,\n\n{who} zaprasza Cię do administrowania jednostką „{unit}” i jednostkami pod nią.\n\nPrzyjmiesz albo odrzucisz zaproszenie tutaj, do {until}:\n{url}\n\nDopóki go nie przyjmiesz, nic się nie zmienia. Logujesz się tak jak dotąd, także potem. Jeśli nie wiesz, o co chodzi, nie musisz nic robić.\n\n{site}\n',
    'accepted.subject': 'Zaproszenie przyjęte: {who}',
    'accepted.body': 'Dzień dobry,\n\nzaproszenie do jednostki „{unit}” jest przyjęte: {who}.\n\n{url}\n\n{site}\n',
    'declined.subject': 'Zaproszenie odrzucone: {who}',
    'declined.body': 'Dzień dobry,\n\nzaproszenie do jednostki „{unit}” jest odrzucone: {who}.\n\n{url}\n\n{site}\n',
    'no-administrator.subject': 'Nie administrujesz już jednostką „{unit}”',
    'no-administrator.body':
      'Dzień dobry,\n\nnie administrujesz już jednostką „{unit}”. Odebranie: {who}.\n\nInne Twoje prawa i Twoje zgłoszenia zostają, logujesz się tak jak dotąd:\n{url}\n\n{site}\n',
    'no-hat.subject': 'Nie prowadzisz już zgłoszeń – {site}',
    'no-hat.body':
      'Dzień dobry,\n\nnie prowadzisz już zgłoszeń w: {site}.\n\nTo, o co pytasz jako zgłaszający, zostaje, a logujesz się tak jak dotąd:\n{url}\n\n{site}\n',
  },
  {
    'hat.subject': 'You work with tickets – {site}',
    'hat.body':
      'Hello,\n\nfrom now on you work with tickets in: {site}. Those you may work with are on your desk after you log in:\n{url}\n\nYou log in as before.\n\n{site}\n',
    'work.subject': 'You work with tickets of “{unit}”',
    'work.body':
      'Hello,\n\n{who} gives you rights to the tickets of “{unit}”. They are on your desk after you log in:\n{url}\n\nYou log in as before.\n\n{site}\n',
    'administer.subject': 'You administer “{unit}”',
    'administer.body':
      'Hello,\n\n{who} appoints you administrator of “{unit}” and of the units below it. Its pages are here:\n{url}\n\nYou log in as before.\n\n{site}\n',
    'invited.subject': 'An invitation to “{unit}”',
    'invited.work.body':
      'Hello,\n\n{who} invites you to work with the tickets of “{unit}”.\n\nAccept or decline here, by {until}:\n{url}\n\nUntil you accept, nothing changes. You log in as before, and so you will afterwards. If you do not know what this is about, you need do nothing.\n\n{site}\n',
    'invited.administer.body':
      'Hello,\n\n{who} invites you to administer “{unit}” and the units below it.\n\nAccept or decline here, by {until}:\n{url}\n\nUntil you accept, nothing changes. You log in as before, and so you will afterwards. If you do not know what this is about, you need do nothing.\n\n{site}\n',
    'accepted.subject': 'Invitation accepted: {who}',
    'accepted.body': 'Hello,\n\nthe invitation to “{unit}” was accepted by {who}.\n\n{url}\n\n{site}\n',
    'declined.subject': 'Invitation declined: {who}',
    'declined.body': 'Hello,\n\nthe invitation to “{unit}” was declined by {who}.\n\n{url}\n\n{site}\n',
    'no-administrator.subject': 'You no longer administer “{unit}”',
    'no-administrator.body':
      'Hello,\n\nyou no longer administer “{unit}”. It was taken from you by {who}.\n\nYour other rights and your own tickets stay, and you log in as before:\n{url}\n\n{site}\n',
    'no-hat.subject': 'You no longer work with tickets – {site}',
    'no-hat.body':
      'Hello,\n\nyou no longer work with tickets in: {site}.\n\nWhat you ask as a customer stays, and you log in as before:\n{url}\n\n{site}\n',
  },
)
