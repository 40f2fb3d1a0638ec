/** Owns stories about accounts and passwords. */
import type { Scenario } from './scenario.ts'

const queue = 'Dział Informatyzacji::Konta'

export const accountScenarios: readonly Scenario[] = [
  {
    queue,
    by: 'student',
    weight: 3,
    subject: ['Zapomnia{łem|łam} hasła do konta', 'Reset hasła', 'Nie mogę się zalogować do HMS', 'Konto zablokowane'],
    body: [
      'Dzień dobry,\n\nnie mogę zalogować się na konto uczelniane, po kilku próbach pojawił się komunikat o blokadzie. Proszę o reset hasła.',
      'Dobry wieczór,\n\nzapomnia{łem|łam} hasła, a link „przypomnij hasło” wysyła wiadomość na pocztę uczelnianą, do której nie mam dostępu, bo… nie pamiętam hasła. Co robić?',
    ],
    steps: [
      {
        agent:
          'hasło możesz ustawić samodzielnie na https://konto.uni.example → „Nie pamiętam hasła” → „Potwierdź przez mObywatel”. Wiadomość na pocztę prywatną przyjdzie tylko wtedy, gdy była podana przy rekrutacji.\n\nJeśli nie korzystasz z mObywatela, przyjdź z legitymacją do pokoju 12 w budynku A (pon.–pt. 7–15). Telefonicznie haseł nie zmieniamy.',
        state: 'waiting',
      },
      { customer: ['przez mObywatel poszło w minutę, dziękuję!', 'dziękuję, podejdę jutro po wykładzie.'] },
      { note: 'Hasło zmienione, blokada zdjęta.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    weight: 2,
    subject: ['Konto dla nowego pracownika', 'Nowa osoba w {jednostka} – prośba o konto', 'Założenie konta – umowa od {kiedy}'],
    body: [
      'Dzień dobry,\n\nod {kiedy} zaczyna u nas pracę nowa osoba ({kto}). Proszę o założenie konta, poczty i dostęp do dysku jednostki. Wniosek podpisany przez kierownika w załączniku.',
    ],
    slots: {
      kiedy: ['pierwszego', 'poniedziałku', '15.'],
      kto: ['referent', 'asystent', 'specjalistka ds. projektów', 'adiunkt'],
      jednostka: ['sekretariacie', 'katedrze', 'biurze'],
    },
    files: [{ name: 'wniosek-o-konto.pdf', kind: 'pdf', text: 'Wniosek o zalozenie konta pracownika' }],
    steps: [
      { note: 'W systemie kadrowym umowa jeszcze niewprowadzona – konto nie powstanie automatycznie.' },
      {
        agent:
          'konto powstaje samo, gdy tylko Dział Kadr wprowadzi umowę – na razie jej nie ma. Dajemy znać Kadrom. Dostęp do poczty i dysku jednostki przygotowaliśmy z góry, zacznie działać razem z kontem.',
        state: 'pending',
        days: 3,
      },
      {
        agent: 'konto jest już aktywne. Login i jednorazowe hasło w zamkniętej kopercie czekają w sekretariacie jednostki.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    subject: ['Dostęp do wspólnego dysku jednostki', 'Uprawnienia do folderu „{folder}”', 'Brak dostępu do dysku sieciowego'],
    body: [
      'Dzień dobry,\n\nproszę o dostęp do folderu „{folder}” na dysku naszej jednostki, tylko do odczytu. Zgoda kierownika w stopce poniżej.\n\n----\nWyrażam zgodę.\nKierownik jednostki',
    ],
    slots: { folder: ['Sprawozdania 2026', 'Archiwum projektów', 'Plan zajęć', 'Budżet'] },
    steps: [
      {
        agent:
          'zgodę potrzebujemy bezpośrednio od kierownika – wystarczy, że odpowie „zgadzam się” na tę wiadomość ze swojego adresu (doda{łem|łam} go do kopii). Tekst wklejony do maila każdy mógłby napisać sam.',
        state: 'waiting',
      },
      { customer: 'kierownik już odpisał, przesyłam też poniżej jego potwierdzenie. Pozdrawiam.' },
      {
        agent: 'mamy potwierdzenie, dostęp do odczytu nadany. Wyloguj się i zaloguj ponownie, a folder pojawi się na dysku Z:.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'anyone',
    subject: ['Zmiana nazwiska w systemach', 'Nowe nazwisko – poczta i HMS', 'Nowe nazwisko w systemach'],
    body: [
      'Dzień dobry,\n\nproszę o zmianę nazwiska w poczcie i pozostałych systemach – dokumenty złożył{em|am} w {gdzie} {kiedy}. Czy stary adres będzie jeszcze działał?',
    ],
    slots: { gdzie: ['kadrach', 'dziekanacie'], kiedy: ['w zeszłym tygodniu', 'wczoraj', 'na początku miesiąca'] },
    steps: [
      {
        agent:
          'zmiana przyszła dziś w nocy z systemu źródłowego i jest już widoczna wszędzie. Stary adres zostaje jako alias na 24 miesiące, więc żadna wiadomość nie zginie. Login się nie zmienia.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'anyone',
    weight: 2,
    subject: [
      'Nowy telefon – nie mam kodów logowania',
      'Logowanie dwuskładnikowe, zmiana telefonu',
      'Zgubił{em|am} telefon z aplikacją do kodów',
    ],
    body: [
      'Dzień dobry,\n\nzmienił{em|am} telefon i aplikacja z kodami jest pusta. Nie mogę wejść do poczty ani na VPN. Kodów zapasowych nie zapisał{em|am}. Proszę o pomoc.',
    ],
    steps: [
      {
        agent:
          'potrzebujemy potwierdzić, że to naprawdę Ty. Najprościej podejść do pokoju 12 w budynku A z legitymacją; zdalnie możemy to zrobić przez wideorozmowę z pokazaniem dokumentu. Która droga Ci pasuje?',
        state: 'waiting',
      },
      { customer: ['podejdę jutro około 10:00.', 'wideorozmowa, proszę – jestem w tym tygodniu na wyjeździe.'] },
      {
        note: 'Tożsamość potwierdzona, stary składnik usunięty, nowy zarejestrowany. Kody zapasowe wydrukowane i przekazane.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    units: ['wm', 'weii', 'wfm', 'wch'],
    subject: ['Konto po zakończeniu umowy – {kto}', 'Przedłużenie konta po przejściu na emeryturę', 'Dostęp dla profesora seniora'],
    body: [
      'Dzień dobry,\n\n{kto} kończy umowę z końcem miesiąca, ale prowadzi jeszcze dwóch doktorantów. Czy konto i poczta mogą zostać na rok?',
    ],
    slots: { kto: ['prof. Lewicki', 'dr Wawrzyniak', 'prof. Tomczyk'] },
    steps: [
      { move: 'Kadry' },
      { note: 'Do potwierdzenia: status „współpracownik” w systemie kadrowym.' },
      {
        agent:
          'nadaliśmy status współpracownika do końca przyszłego roku akademickiego. Konto i poczta działają bez przerwy, dostęp do systemów finansowych wygasa z umową.',
        state: 'closed',
      },
    ],
  },
]
