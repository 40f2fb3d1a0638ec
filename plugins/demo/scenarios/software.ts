/** Owns stories about software, computers and web pages. */
import type { Scenario } from './scenario.ts'

const software = 'Dział Informatyzacji::Oprogramowanie'
const hardware = 'Dział Informatyzacji::Sprzęt'
const web = 'Dział Informatyzacji::Strony WWW'

export const softwareScenarios: readonly Scenario[] = [
  {
    queue: software,
    by: 'anyone',
    weight: 2,
    subject: ['Licencja {program}', '{program} – wygasła licencja', '{program}: komunikat o licencji'],
    body: [
      'Dzień dobry,\n\n{program} pokazuje, że licencja wygasła. Potrzebuję tego programu na zajęcia z {przedmiot} w {kiedy}. Jak ją odnowić?',
    ],
    slots: {
      program: ['MATLAB', 'AutoCAD', 'SolidWorks', 'Statistica', 'LabVIEW'],
      przedmiot: ['mechaniki', 'automatyki', 'statystyki', 'podstaw konstrukcji'],
      kiedy: ['tym tygodniu', 'poniedziałek', 'piątek'],
    },
    steps: [
      {
        agent:
          'licencję uczelnianą odnowiliśmy w zeszłym tygodniu, program musi ją tylko pobrać: zaloguj się w nim ponownie kontem @uni.example albo wskaż serwer licencji licencje.uni.example (z domu – przez VPN).\n\nInstrukcja krok po kroku: https://oprogramowanie.uni.example.',
        state: 'waiting',
      },
      { customer: 'po ponownym zalogowaniu działa, dziękuję!' },
      { note: 'OK.', state: 'closed' },
    ],
  },
  {
    queue: software,
    by: 'staff',
    subject: ['Instalacja {program} w pracowni {sala}', 'Pracownia {sala}: prośba o oprogramowanie na semestr'],
    body: [
      'Dzień dobry,\n\nproszę o instalację {program} na wszystkich stanowiskach w pracowni {sala}. Zajęcia zaczynają się {kiedy}, studentów będzie 24. Licencję mamy z projektu, plik w załączniku.',
    ],
    slots: {
      program: ['ANSYS', 'QGIS', 'Tekla Structures', 'EPANET', 'GNU Octave'],
      sala: ['101', '214', '016', '307'],
      kiedy: ['za dwa tygodnie', 'w przyszły czwartek', '1 grudnia'],
    },
    files: [{ name: 'licencja.txt', kind: 'txt', text: 'SERVER licencje.uni.example\nVENDOR demo\nFEATURE example 24\n' }],
    steps: [
      { note: 'Obraz pracowni do przebudowy, wolne okno w środę 16–20.' },
      {
        agent: 'zainstalujemy w środę po 16:00, kiedy pracownia jest wolna. W czwartek rano prosimy o sprawdzenie na dwóch stanowiskach.',
        state: 'pending',
        days: 5,
      },
      { customer: 'sprawdzone na stanowiskach 3 i 17, wszystko uruchamia się poprawnie.' },
      { agent: 'dziękujemy za sprawdzenie, zamykamy.', state: 'closed' },
    ],
  },
  {
    queue: software,
    by: 'student',
    channel: 'web',
    subject: ['Office dla studentów – jak aktywować?', 'Pakiet Office na prywatnym laptopie'],
    body: [
      'Czy jako studen{t|tka} mogę zainstalować Office na prywatnym laptopie? Na stronie znalazł{em|am} tylko informację dla pracowników.',
    ],
    steps: [
      {
        agent:
          'tak, na pięciu urządzeniach. Zaloguj się na https://office.uni.example adresem uczelnianym i wybierz „Zainstaluj”. Licencja działa do końca studiów.',
        state: 'closed',
      },
    ],
  },
  {
    queue: software,
    by: 'staff',
    html: true,
    subject: ['Podpis kwalifikowany nie działa po aktualizacji', 'Problem z podpisem elektronicznym', 'Czytnik kart – brak certyfikatu'],
    body: [
      'Dzień dobry,\n\npo aktualizacji systemu program do podpisu nie widzi karty. Muszę dziś podpisać {co}, termin mija o północy. Numer inwentarzowy komputera: {nr}.',
    ],
    slots: { co: ['wniosek do NCN', 'sprawozdanie do ministerstwa', 'umowę z wykonawcą'], nr: ['803-12-1190', '803-11-4402'] },
    files: [{ name: 'podpis-blad.png', kind: 'png', inline: true }],
    priority: '4',
    steps: [
      { note: 'Sterownik czytnika nadpisany przez Windows Update.' },
      {
        agent:
          'połączyliśmy się zdalnie i przywróciliśmy sterownik czytnika – podpis działa, próbny dokument podpisany poprawnie. Aktualizację tego sterownika wstrzymaliśmy na wszystkich komputerach z kartami.',
        state: 'closed',
      },
    ],
  },
  {
    queue: hardware,
    by: 'staff',
    weight: 2,
    subject: ['Drukarka {model} – zacięty papier', 'Drukarka nie drukuje', 'Drukarka w {sala} zacina papier'],
    body: [
      'Dzień dobry,\n\ndrukarka {model} w pokoju {sala} od rana zacina papier przy każdym wydruku dwustronnym. Próbował{em|am} wyczyścić rolki według instrukcji, bez skutku.',
    ],
    slots: { model: ['HP M404', 'Kyocera P3155', 'Brother L6400'], sala: ['A-204', 'B-13', 'C-301', 'D-118'] },
    steps: [
      { agent: 'przyjdziemy dziś między 11:00 a 13:00. Jeśli to moduł dupleksu, zabierzemy drukarkę do serwisu i zostawimy zastępczą.' },
      {
        note: 'Moduł dupleksu pęknięty, drukarka pojechała do serwisu (RMA 2611-{sala}). Zastępcza zostawiona.',
        state: 'pending',
        days: 8,
      },
      {
        agent: 'naprawiona drukarka jest już na miejscu, zastępczą zabraliśmy. Prosimy o wiadomość, gdyby coś znów było nie tak.',
        state: 'closed',
      },
    ],
  },
  {
    queue: hardware,
    by: 'staff',
    subject: ['Komputer bardzo wolno działa', 'Komputer się zawiesza', 'Niebieski ekran przy uruchamianiu'],
    body: [
      'Dzień dobry,\n\nmój komputer (nr {nr}) uruchamia się prawie 10 minut, a dziś trzy razy pokazał niebieski ekran. Boję się o dane, bo dysk dziwnie „cyka”.',
    ],
    slots: { nr: ['803-11-0045', '803-11-1876', '803-10-9921', '803-12-0303'] },
    priority: '4',
    steps: [
      {
        agent:
          'wyłącz, proszę, komputer i nie uruchamiaj go ponownie – przy takich objawach każda minuta pracy może kosztować dane. Przyjdziemy po niego dziś do 12:00 z zastępczym laptopem.',
      },
      { note: 'SMART: 2300 realokowanych sektorów. Kopia dysku wykonana w całości, wymiana na SSD.' },
      {
        agent:
          'udało się skopiować wszystkie dane. Komputer dostał nowy dysk SSD i czeka w pokoju 14 w budynku A – można go odebrać albo przyniesiemy jutro rano.',
        state: 'waiting',
      },
      { customer: 'odebrany, chodzi jak nowy. Wielkie dzięki za uratowanie danych!' },
      { note: 'Odebrano.', state: 'closed' },
    ],
  },
  {
    queue: hardware,
    by: 'staff',
    channel: 'phone',
    subject: ['Telefon: rzutnik w sali {sala} nie wyświetla obrazu', 'Telefon: brak dźwięku w auli {sala}'],
    body: ['Dzwoni prowadzący z sali {sala}: rzutnik włącza się, obrazu brak. Zajęcia trwają do {godz}.'],
    slots: { sala: ['105', '221', 'A1', 'A2'], godz: ['11:45', '13:30', '15:15'] },
    steps: [{ note: 'Wypięty kabel HDMI w katedrze, poprawione na miejscu w 10 minut.', state: 'closed' }],
  },
  {
    queue: web,
    by: 'staff',
    weight: 2,
    subject: ['Błąd na stronie jednostki', 'Nieaktualny link na stronie {strona}', 'Błąd 404 na {strona}'],
    body: [
      'Dzień dobry,\n\nna stronie {strona} w zakładce „Pracownicy” po kliknięciu nazwiska pojawia się błąd 404. Poza tym godziny dyżurów są z zeszłego roku – czy mogę je poprawić samodzielnie?',
    ],
    slots: { strona: ['wb.uni.example', 'wz.uni.example', 'biblioteka.uni.example', 'wfm.uni.example'] },
    steps: [
      {
        agent:
          'odnośniki poprawione – zmieniły się adresy wizytówek po aktualizacji. Uprawnienia redaktora strony nadaliśmy: po zalogowaniu zobaczysz przycisk „Edytuj”. Krótkie szkolenie (20 minut) prowadzimy w każdy wtorek o 10:00.',
        state: 'closed',
      },
    ],
  },
  {
    queue: web,
    by: 'staff',
    units: ['promocja', 'nauka', 'wydawnictwo', 'szkola-doktorska', 'cs'],
    subject: ['Nowa strona konferencji', 'Prośba o podstronę projektu {projekt}', 'Strona projektu {projekt} – wymagania dostępności'],
    body: [
      'Dzień dobry,\n\nruszamy z projektem {projekt} i w umowie mamy obowiązek prowadzenia strony zgodnej z WCAG. Czy dostaniemy podstronę w domenie uczelni? Logotypy i teksty są gotowe, w załączniku opis.',
    ],
    slots: { projekt: ['AquaSens', 'ZielonyKampus', 'MOST-2030', 'RobotEdu'] },
    files: [{ name: 'opis-projektu.pdf', kind: 'pdf', text: 'Opis projektu i wymagania promocyjne' }],
    steps: [
      {
        agent:
          'tak, przygotujemy podstronę w uczelnianym systemie – szablon spełnia WCAG 2.2 na poziomie AA. Potrzebujemy: tytułu po polsku i angielsku, osoby odpowiedzialnej i logotypów w formacie SVG (te z załącznika są w PDF i mają białe tło).',
        state: 'waiting',
      },
      {
        customer: 'przesyłam SVG i dane osoby odpowiedzialnej – będę to ja. Czy strona może ruszyć przed końcem miesiąca?',
        files: [{ name: 'logo.png', kind: 'png' }],
      },
      { note: 'Podstrona założona, do uzupełnienia deklaracja dostępności.', state: 'pending', days: 5 },
      {
        agent: 'strona jest opublikowana, dostęp redaktora działa. Deklarację dostępności prosimy przejrzeć raz w roku – przypomnimy.',
        state: 'closed',
      },
    ],
  },
]
