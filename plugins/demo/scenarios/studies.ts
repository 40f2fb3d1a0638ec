/** Owns stories about HMS (the study system), dean's offices and laboratories. */
import type { Scenario } from './scenario.ts'

/** Stands for the HMS queue of the writer's faculty. */
export const HMS_OF_FACULTY = 'HMS*'

export const studyScenarios: readonly Scenario[] = [
  {
    queue: HMS_OF_FACULTY,
    by: 'student',
    weight: 3,
    subject: ['Brak oceny z {przedmiot} w HMS', 'Ocena z {przedmiot} nie wyświetla się', 'HMS – nie widzę zaliczenia'],
    body: [
      'Dzień dobry,\n\nprowadzący potwierdził, że wpisał mi ocenę z {przedmiot}, ale w HMS nadal jest puste pole. Reszta grupy już ją widzi. Do {kiedy} muszę mieć komplet, żeby złożyć wniosek o stypendium.',
    ],
    slots: {
      przedmiot: ['mechaniki płynów', 'analizy matematycznej', 'baz danych', 'fizyki', 'rysunku technicznego', 'ekonometrii'],
      kiedy: ['piątku', '15.', 'końca tygodnia'],
    },
    steps: [
      { note: 'Ocena jest w protokole roboczym, protokół niezatwierdzony.' },
      {
        agent:
          'ocena jest wpisana, ale protokół z tego przedmiotu nie został jeszcze zatwierdzony – dlatego jej nie widzisz. Napisaliśmy do prowadzącego z prośbą o zatwierdzenie; zwykle dzieje się to tego samego dnia.',
        state: 'waiting',
      },
      { customer: ['już jest, dziękuję bardzo!', 'pojawiła się godzinę temu. Dziękuję za pomoc.'] },
      { note: 'Protokół zatwierdzony.', state: 'closed' },
    ],
  },
  {
    queue: HMS_OF_FACULTY,
    by: 'staff',
    weight: 2,
    subject: ['HMS: nie mogę otworzyć protokołu {przedmiot}', 'Protokół zamknięty przed terminem', 'HMS – błąd przy wpisywaniu ocen'],
    body: [
      'Dzień dobry,\n\nprzy próbie wpisania ocen z {przedmiot} HMS pokazuje „Brak uprawnień do protokołu”. Jestem prowadząc{ym|ą} ten przedmiot od października, wcześniej prowadził go kolega. Termin wpisów mija {kiedy}.',
    ],
    slots: {
      przedmiot: ['Grafiki inżynierskiej', 'Teorii obwodów', 'Wytrzymałości materiałów', 'Rachunkowości'],
      kiedy: ['w piątek', 'jutro', 'za trzy dni'],
    },
    steps: [
      {
        agent:
          'w obsadzie zajęć figuruje jeszcze poprzedni prowadzący. Zmieniliśmy obsadę, protokół jest już widoczny w zakładce „Moje protokoły”. Termin wpisów przedłużyliśmy o trzy dni.',
        state: 'closed',
      },
    ],
  },
  {
    queue: HMS_OF_FACULTY,
    by: 'staff',
    units: ['wm', 'weii', 'wb', 'wz'],
    subject: ['Uprawnienia do HMS dla nowej osoby', 'Dostęp do modułu {modul}', 'HMS: moduł {modul} – brak w menu'],
    body: [
      'Dzień dobry,\n\nproszę o nadanie uprawnień do modułu {modul} w zakresie naszego wydziału. Upoważnienie do przetwarzania danych podpisane {kiedy}, skan w załączniku.',
    ],
    slots: { modul: ['Stypendia', 'Dyplomy', 'Plany zajęć', 'Rekrutacja'], kiedy: ['wczoraj', 'w zeszłym tygodniu'] },
    files: [{ name: 'upowaznienie.pdf', kind: 'pdf', text: 'Upowaznienie do przetwarzania danych osobowych' }],
    steps: [
      {
        agent: 'uprawnienia do modułu {modul} nadane – wyloguj się z HMS i zaloguj ponownie. Zakres: tylko kierunki Twojego wydziału.',
        state: 'waiting',
      },
      { customer: 'widzę moduł, ale nie widzę studiów niestacjonarnych.' },
      { note: 'Brakowało roli dla formy niestacjonarnej, dopisana.' },
      {
        agent:
          'dopisaliśmy studia niestacjonarne, powinny być widoczne po odświeżeniu. Zamykam zgłoszenie – gdyby czegoś brakowało, wystarczy odpowiedzieć.',
        state: 'closed',
      },
    ],
  },
  {
    queue: HMS_OF_FACULTY,
    by: 'student',
    weight: 2,
    subject: ['Zapisy na przedmioty obieralne', 'Nie mogę zapisać się na {przedmiot}', 'HMS: zapisy – brak wolnych miejsc'],
    body: [
      'Dzień dobry,\n\nprzy zapisach na {przedmiot} system wyrzucił mnie w trakcie, a gdy zalogował{em|am} się ponownie, nie było już miejsc. W kolejce jest jeszcze {ile} osób. Czy będzie druga grupa?',
    ],
    slots: { przedmiot: ['uczenie maszynowe', 'język hiszpański', 'druk 3D', 'prawo autorskie'], ile: ['6', '11', '19'] },
    steps: [
      { note: 'W logach przeciążenie o 20:00–20:07. Pytam dziekanat o drugą grupę.' },
      {
        agent:
          'przepraszamy, o 20:00 system przez kilka minut odpowiadał bardzo wolno. Dziekanat otwiera drugą grupę; zapisy ruszą jutro o 18:00, a osoby z listy oczekujących mają pierwszeństwo.',
        state: 'pending',
        days: 2,
      },
      { customer: 'udało się, jestem w drugiej grupie. Dziękuję.' },
      { note: 'Zamknięte.', state: 'closed' },
    ],
  },
  {
    queue: 'HMS',
    by: 'staff',
    units: ['ksztalcenie', 'szkola-doktorska', 'wfm', 'wch', 'sjo'],
    subject: ['HMS – eksport do POL-on zwraca błąd', 'Błąd w raporcie {raport}', 'POL-on: {ile} studentów z błędem walidacji'],
    body: [
      'Dzień dobry,\n\nprzy wysyłce do POL-on {ile} rekordów kończy się błędem walidacji („brak kodu kraju dokumentu”). Raport {raport} w załączniku. Sprawozdanie musimy oddać do końca miesiąca.',
    ],
    slots: { raport: ['S-10', 'S-11', 'S-12'], ile: ['7', '14', '23'] },
    files: [{ name: 'raport-walidacji.pdf', kind: 'pdf', text: 'Raport walidacji POL-on' }],
    priority: '4',
    steps: [
      { note: 'Dotyczy tylko studentów z kartą pobytu – słownik krajów zmienił się w październiku. Zgłoszone producentowi.' },
      {
        agent:
          'przyczyną jest zmieniony słownik krajów. Zgłosiliśmy to producentowi HMS, poprawka ma przyjść w tym tygodniu. Jeśli trzeba wysłać wcześniej, możemy uzupełnić te rekordy ręcznie – daj, proszę, znać.',
        state: 'pending',
        days: 6,
      },
      { agent: 'poprawka wgrana, wszystkie rekordy przechodzą walidację. Można wysyłać.', state: 'waiting' },
      { customer: 'wysłane bez błędów. Dziękuję!' },
      { note: 'OK.', state: 'closed' },
    ],
  },
  {
    queue: 'HMS',
    by: 'guest',
    subject: ['HMS in English?', 'I cannot see my courses in HMS'],
    body: [
      'Hello,\n\nHMS shows my courses only in Polish and some of them are missing. I need the list with ECTS points for my home university by Friday. Can you help me?',
    ],
    steps: [
      {
        agent:
          'the language can be changed at the top of the page (PL/EN). Two of your courses had not been confirmed yet by the International Office; they have done it now. The list with ECTS points is under “My studies → Certificates → Transcript”.',
        state: 'waiting',
      },
      { customer: 'Perfect, I have the transcript. Thank you!' },
      { note: 'Zamknięte.', state: 'closed' },
    ],
  },
  {
    queue: 'WM::Dziekanat',
    by: 'student',
    units: ['wm'],
    weight: 2,
    subject: ['Zaświadczenie o statusie studenta', 'Zaświadczenie do {gdzie}', 'Prośba o zaświadczenie'],
    body: ['Dzień dobry,\n\nproszę o zaświadczenie o statusie studenta potrzebne do {gdzie}. Czy mogę je dostać w wersji elektronicznej?'],
    slots: { gdzie: ['ZUS', 'banku', 'ubezpieczyciela', 'pracodawcy', 'urzędu pracy'] },
    steps: [
      {
        agent: 'zaświadczenie z podpisem elektronicznym przesyłam w załączniku. Wydruk nie jest potrzebny – ważny jest plik.',
        state: 'closed',
        files: [{ name: 'zaswiadczenie.pdf', kind: 'pdf', text: 'Zaswiadczenie o statusie studenta' }],
      },
    ],
  },
  {
    queue: 'WM::Dziekanat',
    by: 'student',
    units: ['wm'],
    subject: ['Przedłużenie sesji – wniosek', 'Wniosek o urlop dziekański', 'Indywidualna organizacja studiów'],
    body: ['Dzień dobry,\n\nz powodu {powod} chciał{bym|abym} złożyć wniosek jak w temacie. Jakie dokumenty są potrzebne i do kiedy?'],
    slots: { powod: ['dłuższej choroby', 'udziału w zawodach', 'wyjazdu na staż', 'opieki nad rodzicem'] },
    steps: [
      {
        agent:
          'wniosek składa się w HMS: Moje sprawy → Nowy wniosek. Trzeba dołączyć dokument potwierdzający powód. Decyzja zapada w ciągu 14 dni od kompletu.',
        state: 'waiting',
      },
      { customer: 'złożony przed chwilą, z załącznikiem. Dziękuję za informację.' },
      { note: 'Wniosek w obiegu, przekazany prodziekanowi.', state: 'pending', days: 10 },
      { agent: 'prodziekan rozpatrzył wniosek pozytywnie, decyzja jest w HMS.', state: 'closed' },
    ],
  },
  {
    queue: 'WM::Pracownie',
    by: 'staff',
    units: ['wm'],
    subject: ['Pracownia CAD {sala}: trzy stanowiska nie działają', 'Pracownia {sala}: czarny ekran na trzech stanowiskach'],
    body: [
      'Dzień dobry,\n\nw pracowni {sala} nie uruchamiają się stanowiska 4, 9 i 11 (czarny ekran). Pozostałe działają. Kolejne zajęcia są {kiedy}.',
    ],
    slots: { sala: ['C-101', 'C-102', 'C-203'], kiedy: ['jutro o 8:15', 'w czwartek', 'w poniedziałek'] },
    steps: [
      { note: 'Poluzowane karty graficzne po przenoszeniu. Stanowisko 11 – zasilacz do wymiany.' },
      {
        agent:
          'stanowiska 4 i 9 działają, 11 czeka na zasilacz (zamówiony, będzie w przyszłym tygodniu). Do tego czasu stanowisko jest oznaczone jako wyłączone.',
        state: 'pending',
        days: 6,
      },
      { agent: 'zasilacz wymieniony, wszystkie stanowiska w {sala} sprawne.', state: 'closed' },
    ],
  },
  {
    queue: 'WEiI::Laboratoria',
    by: 'anyone',
    units: ['weii'],
    weight: 2,
    subject: ['Laboratorium {sala}: zadania na GPU stoją', 'Kolejka zadań na klastrze stoi', 'Serwer gpu{nr} nic nie liczy'],
    body: [
      'Cześć,\n\nna serwerze gpu{nr} w laboratorium {sala} zadania stoją w kolejce od wczoraj, „squeue” pokazuje stan PENDING (Resources), chociaż nikt nic nie liczy. Terminy projektów mamy {kiedy}.',
    ],
    slots: { sala: ['E-207', 'E-14'], nr: ['1', '2', '3'], kiedy: ['w niedzielę', 'w przyszłym tygodniu'] },
    steps: [
      { note: 'Węzeł w stanie drain po restarcie – czujnik temperatury. Przywrócony.' },
      {
        agent:
          'węzeł gpu{nr} wyłączył się z kolejki po skoku temperatury w serwerowni. Klimatyzacja naprawiona, węzeł wrócił i zadania już ruszyły.',
        state: 'closed',
      },
    ],
  },
  {
    queue: 'WEiI::Laboratoria',
    by: 'student',
    units: ['weii'],
    channel: 'web',
    subject: ['Dostęp do laboratorium po godzinach', 'Klucz elektroniczny do {sala}'],
    body: [
      'Proszę o dostęp do laboratorium {sala} po godzinie 18:00 – pracujemy nad łazikiem koła naukowego. Zgoda opiekuna w załączniku.',
    ],
    slots: { sala: ['E-207', 'E-310'] },
    files: [{ name: 'zgoda-opiekuna.pdf', kind: 'pdf', text: 'Zgoda opiekuna kola naukowego' }],
    steps: [
      {
        agent: 'dostęp dodany do legitymacji, działa w dni robocze 15–22 do końca semestru. Ostatnia osoba gasi światło i zamyka okna :)',
        state: 'closed',
      },
    ],
  },
]
