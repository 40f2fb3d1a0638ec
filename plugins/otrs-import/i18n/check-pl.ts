/** Owns the Polish words of looking at a source, and of the mapping file. Its keys are the keys: English must have each one. */
import type { Text } from '../../../core/index.ts'

const of = (one: string, few: string, many: string, other: string) => ({
  one: `{count} ${one}`,
  few: `{count} ${few}`,
  many: `{count} ${many}`,
  other: `{count} ${other}`,
})

export const checkPl = {
  'check.part.source': 'Źródło',
  'check.part.comes': 'Przejdzie',
  'check.part.kept': 'Zostanie zachowane do wglądu, ale nie będzie działać',
  'check.part.decide': 'Do rozstrzygnięcia',
  'check.part.mail': 'Poczta przychodząca',
  'check.part.secrets': 'Hasła i klucze, które trzeba wpisać na nowo',
  'check.part.effort': 'Miejsce i czas',
  'check.version': '{product} {version}, baza {label}',
  'check.version.other':
    '{product} {version}, baza {label}: tej wersji nie przejmujemy. Zaktualizuj ją najpierw do jednej z: OTRS 5 lub 6, Znuny 6 lub 7, OTOBO 10 lub 11.',
  'check.moment': 'Wszystkie tabele czytamy z jednej chwili.',
  'check.moment.several':
    'Konto nie ma uprawnienia RELOAD albo tabele nie są InnoDB, więc połączenia widzą chwile odległe o ułamek sekundy. Co się w nich zmieni, wyrówna następny przebieg.',
  'check.zone': 'Czasy w bazie zapisano w strefie {zone}.',
  'check.zone.server': 'Czasy w bazie zapisano w strefie serwera OTRS. Przyjmujemy {zone}; jeśli to inna, podaj ją opcją --zone.',
  'check.files.missing': 'Artykuły leżą w plikach. Podaj ich katalog opcją --article-dir, na przykład /opt/otrs/var/article.',
  'check.target.tickets': {
    one: 'W tej instalacji jest już {count} zgłoszenie. Numery wewnętrzne zgłoszeń mogą się zderzyć: przejmuj do pustej instalacji.',
    few: 'W tej instalacji są już {count} zgłoszenia. Numery wewnętrzne zgłoszeń mogą się zderzyć: przejmuj do pustej instalacji.',
    many: 'W tej instalacji jest już {count} zgłoszeń. Numery wewnętrzne zgłoszeń mogą się zderzyć: przejmuj do pustej instalacji.',
    other: 'W tej instalacji jest już {count} zgłoszenia. Numery wewnętrzne zgłoszeń mogą się zderzyć: przejmuj do pustej instalacji.',
  },
  'check.tickets': of('zgłoszenie', 'zgłoszenia', 'zgłoszeń', 'zgłoszenia'),
  'check.articles': of('artykuł', 'artykuły', 'artykułów', 'artykułu'),
  'check.history': of('wiersz historii', 'wiersze historii', 'wierszy historii', 'wiersza historii'),
  'check.raw-mails': of('oryginalny list', 'oryginalne listy', 'oryginalnych listów', 'oryginalnego listu'),
  'check.parts': of('załącznik lub treść HTML', 'załączniki lub treści HTML', 'załączników lub treści HTML', 'załącznika lub treści HTML'),
  'check.agents': of('agent', 'agentów', 'agentów', 'agenta'),
  'check.customers': of('klient', 'klientów', 'klientów', 'klienta'),
  'check.companies': of('firma', 'firmy', 'firm', 'firmy'),
  'check.queues': of('kolejka', 'kolejki', 'kolejek', 'kolejki'),
  'check.fields': of('pole dodatkowe', 'pola dodatkowe', 'pól dodatkowych', 'pola dodatkowego'),
  'check.values': of('wartość pól', 'wartości pól', 'wartości pól', 'wartości pól'),
  'check.links': of('powiązanie', 'powiązania', 'powiązań', 'powiązania'),
  'check.time': of('wpis czasu pracy', 'wpisy czasu pracy', 'wpisów czasu pracy', 'wpisu czasu pracy'),
  'check.faq': of('artykuł bazy wiedzy', 'artykuły bazy wiedzy', 'artykułów bazy wiedzy', 'artykułu bazy wiedzy'),
  'check.field-type': 'Pole {name} ma nieznany typ {type}: wartości przejdą jako tekst tylko do odczytu.',
  'check.channel': 'Artykuły kanału „{name}” przejdą jako notatki; nazwa kanału zostanie przy nich.',
  'check.chat': {
    one: '{count} wiersz rozmów: każda rozmowa będzie jednym tekstem, oryginał zostanie jako załącznik.',
    few: '{count} wiersze rozmów: każda rozmowa będzie jednym tekstem, oryginał zostanie jako załącznik.',
    many: '{count} wierszy rozmów: każda rozmowa będzie jednym tekstem, oryginał zostanie jako załącznik.',
    other: '{count} wiersza rozmów: każda rozmowa będzie jednym tekstem, oryginał zostanie jako załącznik.',
  },
  'check.acl': of('reguła ACL', 'reguły ACL', 'reguł ACL', 'reguły ACL'),
  'check.processes': of('proces', 'procesy', 'procesów', 'procesu'),
  'check.web-services': of('usługa sieciowa', 'usługi sieciowe', 'usług sieciowych', 'usługi sieciowej'),
  'check.appointments': of('termin w kalendarzach', 'terminy w kalendarzach', 'terminów w kalendarzach', 'terminu w kalendarzach'),
  'check.notifications': of('powiadomienie', 'powiadomienia', 'powiadomień', 'powiadomienia'),
  'check.search-profiles': of(
    'wiersz zapisanych wyszukiwań',
    'wiersze zapisanych wyszukiwań',
    'wierszy zapisanych wyszukiwań',
    'wiersza zapisanych wyszukiwań',
  ),
  'check.jobs': of('zadanie GenericAgent', 'zadania GenericAgent', 'zadań GenericAgent', 'zadania GenericAgent'),
  'check.drafts': {
    one: '{count} szkic: zapisano go w postaci, którą czyta tylko OTRS, więc nie przejdzie. Poproś autora, by go wysłał.',
    few: '{count} szkice: zapisano je w postaci, którą czyta tylko OTRS, więc nie przejdą. Poproś autorów, by je wysłali.',
    many: '{count} szkiców: zapisano je w postaci, którą czyta tylko OTRS, więc nie przejdą. Poproś autorów, by je wysłali.',
    other: '{count} szkicu: zapisano je w postaci, którą czyta tylko OTRS, więc nie przejdą. Poproś autorów, by je wysłali.',
  },
  'check.statistics': 'Statystyki: opisy zostaną do wglądu.',
  'check.table-unknown': {
    one: 'Tabela {name} z dodatku ({count} wiersz): nie przejdzie.',
    few: 'Tabela {name} z dodatku ({count} wiersze): nie przejdzie.',
    many: 'Tabela {name} z dodatku ({count} wierszy): nie przejdzie.',
    other: 'Tabela {name} z dodatku ({count} wiersza): nie przejdzie.',
  },
  'check.two-hats': {
    one: '{count} osoba jest agentem i klientem: login i adres się zgadzają, więc będzie jedną osobą.',
    few: '{count} osoby są agentami i klientami: login i adres się zgadzają, więc każda będzie jedną osobą.',
    many: '{count} osób jest agentami i klientami: login i adres się zgadzają, więc każda będzie jedną osobą.',
    other: '{count} osoby jest agentami i klientami: login i adres się zgadzają, więc każda będzie jedną osobą.',
  },
  'check.same-login':
    'Agent i klient mają ten sam login {login}, ale różne adresy ({agent}, {customer}): jedna osoba czy dwie? Wpisz to pod sameLogin.',
  'check.address': 'Adres {address} mają: {logins}. Może go mieć tylko jedna osoba: wpisz pod addresses, która.',
  'check.login-local':
    'Login {login} ma już miejscowe konto w pomocy. Nie łączymy ich sami: osoba ze źródła będzie nową, z innym loginem. Jeśli to ta sama, wpisz to pod persons.',
  'check.login-directory': 'Login {login} jest znany z katalogu: będzie tą samą osobą.',
  'check.state-type':
    'Stan „{name}” ma typ „{type}”, którego nie zna żadna wersja: będzie stanem otwartym. Jeśli ma być inny, zmień typ w źródle.',
  'check.customer-groups': {
    one: 'Grupy klientów są włączone ({count} wpis): w pomocy klient widzi swoje zgłoszenia, grupy mu ich nie zabierają. Wpisy zostaną do wglądu.',
    few: 'Grupy klientów są włączone ({count} wpisy): w pomocy klient widzi swoje zgłoszenia, grupy mu ich nie zabierają. Wpisy zostaną do wglądu.',
    many: 'Grupy klientów są włączone ({count} wpisów): w pomocy klient widzi swoje zgłoszenia, grupy mu ich nie zabierają. Wpisy zostaną do wglądu.',
    other:
      'Grupy klientów są włączone ({count} wpisu): w pomocy klient widzi swoje zgłoszenia, grupy mu ich nie zabierają. Wpisy zostaną do wglądu.',
  },
  'check.account':
    '{account} → kolejka {queue}: OTRS pobierał stąd pocztę. Skieruj ją na serwerze pocztowym (MX) do pomocy na adres: {addresses}.',
  'check.account.no-address':
    '{account} → kolejka {queue}: OTRS pobierał stąd pocztę, a kolejka nie ma własnego adresu. Nadaj jej adres i skieruj na niego pocztę na serwerze pocztowym (MX).',
  'check.account.off': '{account} → kolejka {queue}: wyłączone, nic do zrobienia.',
  'check.account.trusted':
    'Niektórym kontom OTRS wierzył w nagłówki X-OTRS-…: w pomocy wierzymy serwerom, które wskażesz w mail.relays jako trustHeaders.',
  'check.secret-settings': 'Ustawienia z hasłem: {names}',
  'check.secret-accounts': {
    one: '{count} konto pocztowe: pomoc poczty nie pobiera, więc hasło nie będzie potrzebne.',
    few: '{count} konta pocztowe: pomoc poczty nie pobiera, więc hasła nie będą potrzebne.',
    many: '{count} kont pocztowych: pomoc poczty nie pobiera, więc hasła nie będą potrzebne.',
    other: '{count} konta pocztowego: pomoc poczty nie pobiera, więc hasła nie będą potrzebne.',
  },
  'check.secret-services': 'Usługi sieciowe z hasłem: {names}',
  'check.secret-keys': 'Klucze prywatne S/MIME i PGP nie przechodzą: zostają na serwerze OTRS.',
  'check.secret-none': 'Nie ma żadnych.',
  'check.space': 'Na czas przejęcia potrzeba około {needed} MB, wolne jest {free} MB.',
  'check.space.short': 'Na czas przejęcia potrzeba około {needed} MB, a wolne jest tylko {free} MB: zrób miejsce albo przenieś dataDir.',
  'check.space.server': 'Na czas przejęcia serwer PostgreSQL potrzebuje około {needed} MB wolnego miejsca.',
  'check.minutes': {
    one: 'Przejęcie potrwa około {count} minuty ({rows} wierszy). Praca w OTRS może trwać dalej.',
    few: 'Przejęcie potrwa około {count} minut ({rows} wierszy). Praca w OTRS może trwać dalej.',
    many: 'Przejęcie potrwa około {count} minut ({rows} wierszy). Praca w OTRS może trwać dalej.',
    other: 'Przejęcie potrwa około {count} minuty ({rows} wierszy). Praca w OTRS może trwać dalej.',
  },
  'check.bad': 'Zanim zaczniesz, popraw to, co oznaczono FAIL.',
  'check.mapping.right': 'Plik {file} jest w porządku.',
  'check.file.there': '{file} już jest: zostaje bez zmian. Usuń go, jeśli ma powstać na nowo.',
  'check.file.written': 'Zapisano {file}: przejrzyj go i popraw.',
  'check.file.failed': 'Nie udało się zapisać {file} ({reason}). Wskaż opcją --out katalog, do którego konto pomocy może pisać.',
  'check.settings.unused': {
    one: '{count} zmienione ustawienie nie ma odpowiednika w config/local.ts (zostanie do wglądu): {names}',
    few: '{count} zmienione ustawienia nie mają odpowiednika w config/local.ts (zostaną do wglądu): {names}',
    many: '{count} zmienionych ustawień nie ma odpowiednika w config/local.ts (zostaną do wglądu): {names}',
    other: '{count} zmienionego ustawienia nie ma odpowiednika w config/local.ts (zostanie do wglądu): {names}',
  },

  'command.run.part': '{part}: {count}',
  'command.run.of': ' z {of}',
  'command.run.rate': '; {rate} na sekundę, zostało około {left}',
  'command.run.done': 'Przejęto. Teraz porównaj obie strony: npm run pomoc -- otrs-import report',
  'command.run.stopped': 'Zatrzymano. To samo polecenie podejmie pracę w tym miejscu.',

  'mapping.head':
    'Co ma się stać przy przejęciu z {of}. Wiersze za # nic nie znaczą: usuń znak #, żeby coś rozstrzygnąć.\nCzego tu nie ma, dzieje się tak, jak mówi komentarz. Sprawdza to: npm run pomoc -- otrs-import check --mapping TEN_PLIK',
  'mapping.queues': 'Kolejka → jednostka. Podkolejki idą za kolejką nad nimi. Bez wpisu: jednostka główna.',
  'mapping.units': 'Jednostki: {units}',
  'mapping.topics':
    'Gdy obok unit stoi topic, pytania osób z tej jednostki na ten temat trafiają do tej kolejki: { unit: "it", topic: "poczta" }. Tematy: {topics}',
  'mapping.groups': 'Grupa → jednostka, której administrator może ją nadawać. Bez wpisu: jednostka główna.',
  'mapping.persons':
    'Login ze źródła → kim będzie: new (nową osobą), nobody (nikim: jego zgłoszenia zostaną bez niego) albo { login: jan.nowak }, osobą, która już tu jest.',
  'mapping.persons.local': 'miejscowe konto w pomocy; bez wpisu będą to dwie osoby',
  'mapping.persons.directory': 'znany z katalogu; tak stanie się i bez wpisu',
  'mapping.same-login': 'Agent i klient o tym samym loginie, ale różnych adresach: one (jedna osoba) albo two (dwie).',
  'mapping.same-login.one': 'agent: {agent}, klient: {customer}',
  'mapping.addresses':
    'Adres, który ma kilka osób → login tej, do której będzie należał. Pozostałe zachowają go tylko jako adres do kontaktu.',
  'mapping.states':
    'Stan → stan pomocy, który dostaną jego zgłoszenia. Bez wpisu przechodzi pod własną nazwą. Tylko przed pierwszym przejęciem: później zostaje tym, czym się stał.',
  'mapping.customer-groups': 'Grupy klientów: keep (zachowaj do wglądu) albo ignore. Nikomu nie zabierają wglądu w jego zgłoszenia.',
  'mapping.customer-groups.off': 'Grupy klientów są w źródle wyłączone: keep (zachowaj do wglądu) albo ignore.',
  'mapping.cut-off':
    'Kalendarz → godzina, po której nowe zgłoszenie liczy się od następnego dnia roboczego. Bez wpisu: jak w OTRS, liczy się od razu.',
} satisfies Record<string, Text>
