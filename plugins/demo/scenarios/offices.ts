/** Owns stories of the library, the bursar's office, human resources and the halls of residence. */
import type { Scenario } from './scenario.ts'

export const officeScenarios: readonly Scenario[] = [
  {
    queue: 'Biblioteka::Zasoby elektroniczne',
    by: 'anyone',
    weight: 2,
    subject: ['Brak dostępu do {baza} z domu', '{baza} prosi o zakup artykułu', 'Dostęp do czasopism elektronicznych'],
    body: [
      'Dzień dobry,\n\nz domu {baza} nie rozpoznaje uczelni i proponuje zakup artykułu za 39 USD. Przez komputer w bibliotece działa. Jak mogę się zalogować?',
    ],
    slots: { baza: ['ScienceDirect', 'IEEE Xplore', 'Scopus', 'SpringerLink'] },
    steps: [
      {
        agent:
          'wejdź, proszę, na stronę bazy przez katalog e-zasobów: https://e-zasoby.uni.example – po zalogowaniu kontem uczelnianym dostęp działa tak samo jak na miejscu. Zakładki zapisane na komputerze w bibliotece pomijają logowanie i dlatego z domu prowadzą do płatności.',
        state: 'waiting',
      },
      { customer: 'super, pobrało się. Dziękuję!' },
      { note: 'Wyjaśnione.', state: 'closed' },
    ],
  },
  {
    queue: 'Biblioteka',
    by: 'student',
    weight: 2,
    subject: ['Kara za książkę, którą oddał{em|am}', 'Blokada konta bibliotecznego', 'Opłata za książkę oddaną w terminie'],
    body: [
      'Dzień dobry,\n\nna koncie bibliotecznym widzę opłatę {kwota} zł za książkę, którą oddał{em|am} {kiedy} do wrzutni przy wejściu. Proszę o sprawdzenie.',
    ],
    slots: { kwota: ['12,40', '8,60', '31,00'], kiedy: ['w sobotę', 'w zeszły piątek wieczorem', 'na początku miesiąca'] },
    steps: [
      { note: 'Książka stoi na półce, nieodznaczona w systemie.' },
      {
        agent:
          'książka rzeczywiście do nas wróciła, tylko nie została odznaczona – przepraszamy. Opłatę anulowa{łem|łam}, konto jest odblokowane.',
        state: 'closed',
      },
    ],
  },
  {
    queue: 'Biblioteka',
    by: 'staff',
    subject: ['Zamówienie międzybiblioteczne – skan artykułu', 'Artykuł z „Archiwum Budowy Maszyn”, {rok}', 'Skan artykułu z {rok} roku'],
    body: [
      'Dzień dobry,\n\npotrzebuję skanu artykułu z „Archiwum Budowy Maszyn” z {rok} roku, którego nie ma w wersji elektronicznej. Czy biblioteka może go sprowadzić?',
    ],
    slots: { rok: ['1961', '1974', '1958'] },
    steps: [
      {
        agent: 'mamy ten rocznik w magazynie, skan przesyłamy w załączniku (6 stron).',
        files: [{ name: 'skan-artykulu.pdf', kind: 'pdf', text: 'Skan artykulu' }],
        state: 'waiting',
      },
      { customer: 'fantastycznie, dziękuję za ekspresową pomoc!' },
      { note: 'Zrealizowane z własnych zbiorów.', state: 'closed' },
    ],
  },
  {
    queue: 'Kwestura',
    by: 'staff',
    weight: 2,
    subject: [
      'Rozliczenie delegacji – brak akceptacji',
      'Delegacja nr {nr} wisi w akceptacji',
      'Delegacja {nr}: przełożony nie widzi wniosku',
    ],
    body: [
      'Dzień dobry,\n\nwniosek o rozliczenie delegacji nr {nr} jest od {ile} dni w stanie „do akceptacji”, a przełożony twierdzi, że go nie widzi. Pieniądze wyłożył{em|am} własne, proszę o sprawdzenie.',
    ],
    slots: { nr: ['214/2026', '387/2026', '402/2026'], ile: ['9', '12', '15'] },
    steps: [
      { note: 'Wniosek przypisany do poprzedniego kierownika, przepięty.' },
      {
        agent:
          'wniosek trafił do poprzedniego kierownika jednostki. Przekierowaliśmy go do obecnego – powinien być u niego na liście. Wypłata następuje w ciągu trzech dni od akceptacji.',
        state: 'waiting',
      },
      { customer: 'zaakceptowane, pieniądze na koncie. Dziękuję.' },
      { note: 'Rozliczone.', state: 'closed' },
    ],
  },
  {
    queue: 'Kwestura',
    by: 'student',
    subject: ['Opłata za studia – podwójna wpłata', 'Podwójny przelew', 'Zwrot nadpłaty'],
    body: ['Dzień dobry,\n\nomyłkowo zapłacił{em|am} dwa razy za {co}. Proszę o zwrot {kwota} zł na konto, z którego przyszła wpłata.'],
    slots: { co: ['duplikat legitymacji', 'powtarzanie przedmiotu', 'semestr studiów niestacjonarnych'], kwota: ['33', '450', '2 900'] },
    steps: [
      {
        agent:
          'nadpłatę widzimy. Zwrot przelejemy w ciągu 14 dni; jeśli wolisz zaliczyć ją na poczet kolejnej opłaty, odpowiedz, proszę, na tę wiadomość do jutra.',
        state: 'pending',
        days: 12,
      },
      { note: 'Przelew wyszedł.', state: 'closed' },
    ],
  },
  {
    queue: 'Kadry',
    by: 'staff',
    subject: ['Błędna liczba dni urlopu', 'Urlop zaległy – brak w systemie', 'Liczba dni urlopu w systemie'],
    body: [
      'Dzień dobry,\n\nw systemie mam {ile} dni urlopu, a według moich wyliczeń powinno być o {roznica} więcej, bo nie uwzględniono urlopu zaległego. Proszę o sprawdzenie.',
    ],
    slots: { ile: ['11', '14', '19'], roznica: ['4', '6', '2'] },
    steps: [
      {
        agent: 'rzeczywiście, urlop zaległy nie przeszedł przy zamknięciu roku – dopisany. Stan w systemie zmieni się jutro rano.',
        state: 'closed',
      },
    ],
  },
  {
    queue: 'Domy Studenckie::Sieć w akademikach',
    by: 'student',
    weight: 3,
    subject: ['Internet w akademiku – pokój {pokoj}', 'Brak internetu w „{dom}”, pokój {pokoj}', 'Wolny internet wieczorem – „{dom}”'],
    body: [
      'Hej,\n\nw pokoju {pokoj} w „{dom}” od wczoraj nie działa internet po kablu, współlokator ma to samo. Wi-Fi z korytarza ledwo łapie. Jutro mam kolokwium online…',
      'Dzień dobry,\n\nwieczorami (po 20:00) internet w „{dom}” prawie nie działa, speedtest pokazuje 0,7 Mb/s. Pokój {pokoj}. W ciągu dnia jest dobrze.',
    ],
    slots: { pokoj: ['112', '305', '418', '221', '509'], dom: ['Akropol', 'Mrowisko'] },
    steps: [
      {
        agent: [
          'router na Twoim piętrze stracił łączność z szafą w piwnicy – zrestartowaliśmy go zdalnie i monitorujemy. Daj znać, czy jest lepiej.',
          'o tej porze łącze piętra jest zajęte w 100%, jeden z pokojów wysyła kilkaset GB dziennie. Ograniczyliśmy to i rozmawiamy z tą osobą. Sprawdź, proszę, czy jest lepiej.',
        ],
        state: 'waiting',
      },
      { customer: ['działa, dzięki!', 'teraz jest ok, 90 Mb/s. Dzięki wielkie.'] },
      { note: 'Potwierdzone, bez nawrotu.', state: 'closed' },
    ],
  },
  {
    queue: 'Domy Studenckie',
    by: 'student',
    channel: 'web',
    subject: [
      'Karta mieszkańca nie otwiera drzwi',
      'Karta nie działa przy wejściu – DS „{dom}”',
      'Drzwi wejściowe w „{dom}” nie reagują na kartę',
    ],
    body: [
      'Karta mieszkańca przestała otwierać drzwi wejściowe w „{dom}”, do pokoju działa. Wchodzę z sąsiadami, ale portier już się denerwuje.',
    ],
    slots: { dom: ['Akropol', 'Mrowisko'] },
    steps: [
      {
        agent:
          'karta wygasła z końcem miesiąca, bo brakowało opłaty za {dom} – dziś wpłynęła i karta działa do końca semestru. Przyłóż ją najpierw do czytnika przy portierni, wtedy się odświeży.',
        state: 'closed',
      },
    ],
  },
  {
    queue: 'Dział Informatyzacji',
    by: 'anyone',
    weight: 2,
    subject: ['Pytanie', 'Prośba o pomoc', 'Problem', 'pilne', '(bez tematu)'],
    body: ['Dzień dobry,\n\nnie wiem, gdzie to zgłosić. {opis} Proszę o informację albo przekazanie dalej.'],
    slots: {
      opis: [
        'W sali wykładowej A1 od tygodnia miga światło i nie da się czytać z ekranu.',
        'Legitymacja nie otwiera bramki w bibliotece.',
        'Na komputerze w holu ktoś zostawił zalogowaną pocztę.',
        'Nie mogę wydrukować nic z punktu ksero, choć mam środki na karcie.',
      ],
    },
    steps: [
      { note: 'Nie nasze wprost, ale da się załatwić jednym telefonem.' },
      {
        agent:
          'dziękujemy za zgłoszenie – przekazaliśmy je właściwej osobie i dostaliśmy potwierdzenie, że zajmie się tym jeszcze dziś. Na przyszłość: sprawy budynków przyjmuje portiernia pod wewn. 1000.',
        state: 'closed',
      },
    ],
  },
  {
    queue: 'Dział Informatyzacji',
    by: 'staff',
    weight: 1,
    subject: ['Zakup laptopa z projektu – specyfikacja', 'Opinia do zamówienia sprzętu', 'Zapotrzebowanie na {ile} komputerów'],
    body: [
      'Dzień dobry,\n\nplanujemy zakup {ile} komputerów z projektu i Dział Zamówień prosi o opinię do specyfikacji. Plik w załączniku. Zależy nam na czasie, bo środki trzeba wydać do {kiedy}.',
    ],
    slots: { ile: ['4', '12', '25'], kiedy: ['15 grudnia', 'końca roku', '30 listopada'] },
    files: [{ name: 'specyfikacja.pdf', kind: 'pdf', text: 'Specyfikacja techniczna komputerow' }],
    steps: [
      { move: 'Dział Informatyzacji::Sprzęt' },
      {
        agent:
          'mamy trzy uwagi:\n1. pamięć 16 GB zamiast 8 GB (przy tej samej cenie),\n2. gwarancja „na miejscu, następny dzień roboczy”,\n3. zamiast nazwy modelu – parametry, inaczej zamówienie wróci z uwagami.\n\nPoprawiona specyfikacja w załączniku.',
        files: [{ name: 'specyfikacja-uwagi.pdf', kind: 'pdf', text: 'Specyfikacja z uwagami' }],
        state: 'waiting',
      },
      { customer: 'dziękuję, wszystkie uwagi uwzględnione.' },
      { note: 'Opinia wydana.', state: 'closed' },
    ],
  },
  {
    queue: 'Dział Informatyzacji',
    by: 'stranger',
    units: ['Hurt'],
    html: true,
    subject: ['Oferta specjalna: tonery -40%', 'Tonery i bębny w cenach hurtowych'],
    body: [
      'Szanowni Państwo,\n\ntylko do końca miesiąca tonery do wszystkich popularnych drukarek o 40% taniej. Zamówienia od 5 sztuk wysyłamy gratis. Katalog na naszej stronie.',
    ],
    steps: [{ move: 'Junk' }, { note: 'Reklama, do kosza.', state: 'unsuccessful' }],
  },
  {
    queue: 'HMS',
    by: 'stranger',
    units: ['Sadowska', 'Cichy'],
    subject: ['Rekrutacja na studia – nie mogę dodać zdjęcia', 'Kandydat: błąd przy dodawaniu świadectwa'],
    body: [
      'Dzień dobry,\n\njestem kandydat{em|ką} na studia drugiego stopnia. System rekrutacji odrzuca plik ze zdjęciem („nieprawidłowy format”), choć to zwykły JPG z telefonu. Rekrutacja kończy się {kiedy}. Proszę o pomoc.',
    ],
    slots: { kiedy: ['w piątek', 'za trzy dni', '30.'] },
    steps: [
      {
        agent:
          'telefon zapisał zdjęcie w formacie HEIC, choć nazwa kończy się na .jpg. Otwórz je, proszę, i zapisz jako JPEG (najprościej: zrób zrzut ekranu zdjęcia) – wtedy system je przyjmie. Termin dla osób z rozpoczętym wnioskiem przedłużyliśmy o jeden dzień.',
        state: 'waiting',
      },
      { customer: 'udało się, bardzo dziękuję!' },
      { note: 'Wniosek kompletny.', state: 'closed' },
    ],
  },
  {
    queue: 'Dział Informatyzacji',
    by: 'stranger',
    units: ['Bosch'],
    subject: ['Project folder: login for external partners', 'Access to the shared project folder'],
    body: [
      'Hello,\n\nwe are partners in a joint project with your Institute of Machine Design. The link to the project folder asks for an account of your university, which we do not have. Could you tell us how external partners get access?',
    ],
    steps: [
      {
        agent:
          'external partners log in with the account of their own university (eduGAIN). Please choose “Other institution” on the login page. The project leader has just added your address, so the folder is open to you now.',
        state: 'waiting',
      },
      { customer: 'This worked, many thanks for the quick help.' },
      { note: 'Konto zewnętrzne dodane przez kierownika projektu.', state: 'closed' },
    ],
  },
]
