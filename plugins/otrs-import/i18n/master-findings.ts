/** Owns the words for what is mended, set aside or asked about of all that is no ticket, in both languages side by side. */
const WORDS = {
  'name-taken': ['Nazwa jest tu już zajęta: z dopiskiem „(OTRS)”', 'The name is taken here: it came with “(OTRS)” after it'],
  'other-number': ['Numer jest tu już zajęty: ma inny', 'The number is taken here: it has another one'],
  nobody: ['Konto, które u nas nie jest nikim', 'An account that is nobody here'],
  'same-login': [
    'Agent i klient o tym samym loginie i różnych adresach: dwie osoby, o ile plik mapowania nie mówi inaczej',
    'An agent and a customer of one login with different addresses: two people, unless the mapping file says otherwise',
  ],
  'unknown-login': ['Plik mapowania wskazuje login, którego tu nie ma', 'The mapping file names a login that is not here'],
  'login-taken': ['Login ma tu już ktoś inny: konto przyszło bez loginu', 'Somebody else has the login here: the account came without one'],
  'bad-address': ['To nie jest adres e-mail', 'This is no e-mail address'],
  'own-address': [
    'Adres należy do pomocy, więc nie może być adresem osoby',
    'The address is the help desk’s own, so it cannot be a person’s',
  ],
  'edited-here': ['Zmienione i w źródle, i tutaj: zostało tak, jak jest tutaj', 'Changed in the source and here: it stays as it is here'],
  'gone-here': ['Zmienione w źródle, a tutaj usunięte', 'Changed in the source, removed here'],
  'gone-there': ['W źródle już tego nie ma, tutaj zostało', 'It is gone from the source and stays here'],
  'unknown-state-type': ['Stan nieznanego rodzaju: jest otwarty', 'A state of an unknown type: it counts as open'],
  'state-joined': [
    'Stan staje się jednym z tutejszych, jak mówi plik mapowania',
    'The state becomes one that is here, as the mapping file says',
  ],
  'state-stays': [
    'Plik mapowania łączy ten stan z tutejszym, ale przyszedł już wcześniej i zostaje osobny',
    'The mapping file joins this state with one that is here, but it came before and stays one of its own',
  ],
  'state-moved': [
    'Stan pomocy ma inny numer, by numery źródła zostały',
    'A state of pomoc has another number, so that those of the source stay',
  ],
  'colour-left': ['Koloru tego stanu lub priorytetu nie przenosimy', 'The colour of this state or priority does not come along'],
  'unknown-calendar': ['Kalendarz bez nazwy: liczy się domyślny', 'A calendar without a name: the default one counts'],
  'no-such-day': ['Dzień wolny o dacie, której nie ma', 'A day off on a date that does not exist'],
  'html-as-text': ['HTML: u nas jest jego tekst, a oryginał zachowany', 'HTML: its text stands here, the original is kept'],
  'unknown-group': ['Kolejka bez grupy: ma grupę „users”', 'A queue without a group: it has the group “users”'],
  'negative-minutes': ['Ujemna liczba minut: bez terminu', 'A negative number of minutes: no deadline'],
  'double-system-address': ['Adres pomocy zapisany dwa razy', 'An address of the help desk written twice'],
  'address-without-queue': ['Adres pomocy bez kolejki', 'An address of the help desk without a queue'],
  'unknown-template-type': ['Szablon nieznanego rodzaju: jest odpowiedzią', 'A template of an unknown type: it is an answer'],
  'unknown-answer-type': ['Automatyczna odpowiedź nieznanego rodzaju', 'An automatic answer of an unknown type'],
  'field-of-other-kind': ['Pole czegoś, czego tu nie ma: jest zachowane', 'A field of something that is not here: it is kept'],
  'field-read-only': ['Pole, które można tylko czytać', 'A field that can only be read'],
  'bad-config': ['Ustawień pola nie da się odczytać', 'The field’s configuration cannot be read'],
  'value-of-nobody': ['Wartość pola kogoś lub czegoś, czego nie ma', 'A field’s value of somebody or something that is not there'],
  'bad-pattern': [
    'Wyrażenia filtra nie da się odczytać: filtr jest wyłączony',
    'The filter’s pattern cannot be read: the filter is switched off',
  ],
  'number-generator': [
    'Numery zgłoszeń tworzy się tu inaczej niż w źródle: zmień konfigurację',
    'Ticket numbers are made otherwise than in the source: change the configuration',
  ],
  'unfinished-link': ['Powiązanie, którego nikt nie dokończył', 'A link that nobody finished'],
  'link-to-other-kind': ['Powiązanie z czymś, czego tu nie ma: jest zachowane', 'A link with something that is not here: it is kept'],
  'search-not-taken': [
    'Zapisane wyszukiwanie, którego nasze listy nie pokażą tak samo: jest zachowane',
    'A saved search that lists here do not show the same way: it is kept',
  ],
  'customer-groups': [
    'Grupy klientów: są zachowane, ale tu o nic nie pytają',
    'Groups of customers: they are kept, and nothing here asks for them',
  ],
  'draft-not-read': ['Szkic zapisany w postaci, którą czyta tylko OTRS', 'A draft stored in a form that only OTRS reads'],
  'no-knowledge-base': ['Wtyczka „faq” nie jest wczytana: wpisy nie przyszły', 'The plugin “faq” is not loaded: the entries did not come'],
  'knowledge-base-off': [
    'Wtyczka „faq” jest wyłączona: wpisy przyszły, ale nikt ich nie widzi',
    'The plugin “faq” is off: the entries came, and nobody sees them',
  ],
  'entry-without-category': ['Wpis bazy wiedzy bez kategorii', 'An entry of the knowledge base without a category'],
  'unknown-audience': ['Nie wiadomo, dla kogo jest wpis: tylko dla agentów', 'It is not known whom the entry is for: agents only'],
  'unknown-language': ['Język, którego tu nie ma', 'A language that is not here'],
  'orphan-file': ['Plik bez wpisu', 'A file without an entry'],
  'orphan-vote': ['Głos bez wpisu', 'A vote without an entry'],
  'unknown-unit': ['Plik mapowania wskazuje jednostkę, której tu nie ma', 'The mapping file names a unit that is not here'],
  'member-of-unknown': ['Klient firmy, której źródło nie ma', 'A customer of a company that the source does not have'],
  'service-for-nobody': ['Usługa dla klienta, którego nie ma', 'A service for a customer who is not there'],
} as const satisfies Record<string, readonly [pl: string, en: string]>

type Words = { readonly [K in keyof typeof WORDS as `finding.${K}`]: string }
const inLanguage = (at: 0 | 1) => Object.fromEntries(Object.entries(WORDS).map(([code, words]) => [`finding.${code}`, words[at]])) as Words

export const masterFindingsPl: Words = inLanguage(0)
export const masterFindingsEn: Words = inLanguage(1)
