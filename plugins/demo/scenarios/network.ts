/** Owns stories about the network: eduroam, VPN, sockets in the wall. */
import type { Scenario } from './scenario.ts'

const queue = 'Dział Informatyzacji::Sieć i eduroam'

export const networkScenarios: readonly Scenario[] = [
  {
    queue,
    by: 'student',
    weight: 3,
    subject: ['eduroam nie łączy się', 'Problem z eduroam', 'Nie mogę połączyć się z eduroam', 'eduroam – brak połączenia'],
    body: [
      'Dzień dobry,\n\nod wczoraj nie mogę połączyć się z eduroam na telefonie ({telefon}). Pokazuje „Nie można połączyć z siecią” albo pyta o certyfikat. Hasło do HMS działa normalnie.',
      'Cześć,\n\neduroam na laptopie ({laptop}) cały czas się rozłącza, szczególnie w budynku {budynek}. Na telefonie jest ok. Da się coś z tym zrobić?',
    ],
    slots: { telefon: ['Android 16', 'iPhone'], laptop: ['Windows 11', 'Ubuntu', 'MacBook'], budynek: ['A', 'C', 'D', 'biblioteki'] },
    steps: [
      {
        agent:
          'usuń, proszę, zapisaną sieć „eduroam” i skonfiguruj ją od nowa programem geteduroam (https://eduroam.uni.example) – sam wgra właściwy certyfikat. Login podaj w pełnej postaci: numer@uni.example, np. s214503@uni.example.\n\nRęczne wybieranie „Nie sprawdzaj certyfikatu” odradzamy: wtedy każdy może podszyć się pod naszą sieć.',
        state: 'waiting',
      },
      { customer: ['dzięki, po geteduroam działa od razu :)', 'działa, dziękuję! Problemem był login bez @uni.example.'] },
      { note: 'Klient geteduroam pomógł.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    weight: 2,
    subject: ['Nie działa gniazdko sieciowe w pokoju {sala}', 'Brak internetu w {sala}', 'Martwe gniazdo {gniazdo}'],
    body: [
      'Dzień dobry,\n\nw pokoju {sala} nie działa gniazdko sieciowe {gniazdo}. Komputer pokazuje „kabel odłączony”, sprawdził{em|am} inny przewód. Pracuję przez telefon, ale na dłuższą metę się nie da.',
    ],
    slots: { sala: ['A-112', 'B-207', 'C-015', 'D-318', 'E-4'], gniazdo: ['2/17', '1/04', '3/22', '0/31'] },
    steps: [
      { note: 'Port na przełączniku w szafie {sala} wyłączony przez ochronę przed pętlą. Ktoś wpiął mały switch.' },
      {
        agent:
          'port wyłączyło zabezpieczenie, bo w tym pokoju powstała pętla – najczęściej to kabel wpięty obydwoma końcami w ten sam przełącznik. Włączyliśmy go ponownie. Sprawdź, proszę, czy pod biurkiem nie ma dodatkowego przełącznika.',
        state: 'waiting',
      },
      { customer: 'był, z zeszłego remontu – odłączony. Internet działa, dziękuję.' },
      { note: 'Zamknięte po potwierdzeniu.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    weight: 2,
    subject: ['VPN – brak dostępu z domu', 'VPN zrywa połączenie', 'VPN rozłącza się po {ile} minutach'],
    body: [
      'Dzień dobry,\n\npracuję dziś z domu i VPN po zalogowaniu rozłącza się po {ile} minutach. Wczoraj było dobrze. Komunikat: „Połączenie zostało zakończone przez serwer”. Bez tego nie wejdę do systemu finansowego.',
    ],
    slots: { ile: ['2', '5', '10'] },
    files: [{ name: 'vpn-blad.png', kind: 'png' }],
    steps: [
      {
        agent: [
          'widzimy w logach, że łączysz się jednocześnie z dwóch komputerów, a serwer pozwala na jedną sesję – druga zamyka pierwszą. Rozłącz, proszę, VPN na komputerze w pracy (albo go wyłącz) i spróbuj jeszcze raz.',
          'masz starą wersję klienta (1.4). Od poniedziałku serwer przyjmuje wersje od 1.6 – pobierz nową z https://vpn.uni.example, logowanie bez zmian.',
        ],
        state: 'waiting',
      },
      { customer: 'faktycznie, o to chodziło. Dziękuję za szybką pomoc.' },
      { note: 'OK.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    priority: '5',
    subject: ['AWARIA: cały budynek {budynek} bez sieci', 'Nie działa sieć na całym piętrze – budynek {budynek}'],
    body: [
      'Dzień dobry,\n\nod {godz} w całym budynku {budynek} nie ma internetu ani telefonów. Mamy dziś egzamin komputerowy o 12:00! Proszę o pilną pomoc.',
    ],
    slots: { budynek: ['D', 'F', 'Audytorium', 'C'], godz: ['8:15', '7:40', '10:05'] },
    steps: [
      { note: 'Potwierdzone – padł zasilacz w przełączniku dystrybucyjnym. Jedziemy z zapasowym.' },
      {
        agent:
          'potwierdzamy awarię przełącznika w budynku {budynek}. Jesteśmy w drodze z zapasowym, sieć powinna wrócić w ciągu 40 minut. Egzamin najlepiej przenieść na początek do sali w budynku A – mamy tam wolną pracownię 101.',
      },
      {
        agent:
          'wymieniliśmy zasilacz, sieć i telefony w budynku {budynek} działają. Przepraszamy za utrudnienia – zamówiliśmy drugi zasilacz, żeby jedna usterka nie wyłączała już całego budynku.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    channel: 'phone',
    subject: ['Telefon: przeprowadzka do {sala}, komputery i drukarka', 'Telefon: nowy pokój {sala}, prośba o uruchomienie gniazd'],
    body: [
      'Przeprowadzka do pokoju {sala}, trzy komputery i drukarka sieciowa. Prośba o włączenie gniazd i stały adres dla drukarki. Kontakt w godzinach 8–14.',
    ],
    slots: { sala: ['A-019', 'B-311', 'C-204'] },
    steps: [
      {
        agent:
          'w pokoju {sala} działają teraz gniazda 1–4, a drukarka dostała stały adres i nazwę drukarka-{sala}.uni.example. Na komputerach wystarczy dodać drukarkę po tej nazwie.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    units: ['nauka', 'wspolpraca', 'promocja', 'szkola-doktorska', 'biblioteka'],
    subject: ['Wi-Fi dla gości konferencji {kiedy}', 'Dostęp do internetu dla uczestników – konferencja', 'Prośba o konta gościnne Wi-Fi'],
    body: [
      'Dzień dobry,\n\n{kiedy} organizujemy konferencję w Audytorium, spodziewamy się około {ile} osób z zewnątrz. Część nie ma eduroam. Czy mogą Państwo przygotować dostęp do Wi-Fi?',
    ],
    slots: { kiedy: ['w przyszłym tygodniu', '12–14 grudnia', 'w najbliższą sobotę'], ile: ['80', '120', '250'] },
    steps: [
      {
        agent:
          'przygotujemy sieć „Konferencja” z jednym hasłem ważnym w dniach wydarzenia. Napisz, proszę:\n– w jakich godzinach sieć ma działać,\n– czy potrzebna jest transmisja (wtedy zarezerwujemy łącze kablowe przy mównicy),\n– kto będzie osobą kontaktową na miejscu.',
        state: 'waiting',
      },
      { customer: 'godziny 8–19, transmisja będzie prowadzona z balkonu, na miejscu będę ja. Bardzo dziękuję!' },
      {
        agent:
          'gotowe. Hasło do sieci i instrukcję dla uczestników (po polsku i angielsku) przesyłamy w załączniku – można je wydrukować przy rejestracji.',
        files: [{ name: 'wifi-konferencja.pdf', kind: 'pdf', text: 'Siec: Konferencja. Haslo: wislana-fala' }],
        state: 'pending',
        days: 9,
      },
      { note: 'Po konferencji sieć wyłączona.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'guest',
    subject: ['eduroam: certificate error on my laptop', 'Cannot connect to eduroam'],
    body: [
      'Hello,\n\nI try to use eduroam with my home university account, but Windows says that it cannot connect. In the library it worked last week. Is there something wrong with the network?',
    ],
    steps: [
      {
        agent:
          'we had a short failure of the link to the eduroam servers last night; it has been working again since 9 a.m. Please try once more. If it still fails, write to us with the exact time of your attempt – your home university decides about the login, so we would look for it together with them.',
        state: 'waiting',
      },
      { customer: 'It works again, thanks a lot.' },
      { note: 'Potwierdzone, działa.', state: 'closed' },
    ],
  },
]
