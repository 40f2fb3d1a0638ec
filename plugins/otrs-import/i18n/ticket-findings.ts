/** Owns the words for what is mended, set aside or asked about of tickets, in both languages side by side. */
const WORDS = {
  'zero-date': ['Data złożona z zer', 'A date of zeros'],
  'bad-encoding': ['Tekst w złym kodowaniu', 'Text in a wrong encoding'],
  'too-long': ['Za długi tekst, skrócony', 'Text too long, shortened'],
  'double-address': ['Adres należy do kilku osób', 'An address that several people have'],
  'no-disposition': ['Załącznik bez określenia, czy jest w treści', 'An attachment that does not say whether it is inline'],
  'unknown-company': ['Wskazana firma jest nieznana', 'The company named is unknown'],
  'unknown-customer': ['Wskazany zgłaszający jest nieznany', 'The customer named is unknown'],
  'locked-without-owner': ['Zablokowane, choć nikt go nie prowadzi', 'Locked, though nobody owns it'],
  'orphan-article': ['Wiadomość bez zgłoszenia', 'A message without a ticket'],
  'orphan-history': ['Historia bez zgłoszenia', 'History without a ticket'],
  'orphan-attachment': ['Załącznik bez wiadomości', 'An attachment without a message'],
  'unknown-state': ['Nieznany stan', 'An unknown state'],
  'unknown-queue': ['Nieznana kolejka', 'An unknown queue'],
  'unknown-user': ['Nieznany agent', 'An unknown agent'],
  'missing-file': ['Brak pliku na dysku źródła', 'A file that is not on the disk of the source'],
  'id-taken': ['Identyfikator był tu już zajęty', 'The id was taken here'],
  'number-taken': ['Numer zgłoszenia był tu już zajęty', 'The ticket’s number was taken here'],
  'no-body': ['Wiadomość bez treści', 'A message without a text'],
  'orphan-flag': ['Oznaczenie bez wiadomości', 'A mark without a message'],
  'orphan-link': ['Powiązanie z nieistniejącym zgłoszeniem', 'A link with a ticket that is not there'],
  'orphan-raw': ['Oryginalny list bez wiadomości', 'A mail as it came without a message'],
  'orphan-send-error': ['Błąd wysyłki bez wiadomości', 'An error of sending without a message'],
  'orphan-time': ['Czas pracy bez wiadomości', 'Time without its message'],
  'orphan-value': ['Wartość pola bez wiadomości', 'A field’s value without a message'],
  'orphan-watcher': ['Obserwowanie bez zgłoszenia', 'A watcher without a ticket'],
  'second-raw': ['Drugi oryginalny list jednej wiadomości', 'A second mail as it came of one message'],
  'doubled-link': ['Powiązanie zapisane dwa razy', 'A link that stands twice'],
  'own-link': ['Zgłoszenie powiązane ze sobą', 'A ticket linked with itself'],
  'unknown-channel': ['Nieznany kanał', 'An unknown channel'],
  'unknown-field': ['Nieznane pole', 'An unknown field'],
  'unknown-history-type': ['Nieznany rodzaj wpisu historii', 'An unknown kind of history'],
  'unknown-priority': ['Nieznany priorytet', 'An unknown priority'],
  'unknown-sender': ['Nieznany rodzaj nadawcy', 'An unknown kind of sender'],
  'unknown-type': ['Nieznany typ zgłoszenia', 'An unknown type of ticket'],
  'address-of-another': ['Adres należy tu do kogoś innego', 'The address is somebody else’s here'],
  touched: ['Zmienione tutaj: nie zastąpiono', 'Worked on here: not replaced'],
  gone: ['Nie ma już tego zgłoszenia w źródle', 'The ticket is gone from the source'],
} as const satisfies Record<string, readonly [pl: string, en: string]>

type Words = { readonly [K in keyof typeof WORDS as `finding.${K}`]: string }
const inLanguage = (at: 0 | 1) => Object.fromEntries(Object.entries(WORDS).map(([code, words]) => [`finding.${code}`, words[at]])) as Words

export const ticketFindingsPl: Words = inLanguage(0)
export const ticketFindingsEn: Words = inLanguage(1)
