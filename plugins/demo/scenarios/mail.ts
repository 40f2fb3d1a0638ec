/** Owns stories about the university's mail. */
import type { Scenario } from './scenario.ts'

const queue = 'Dział Informatyzacji::Poczta'

export const mailScenarios: readonly Scenario[] = [
  {
    queue,
    by: 'staff',
    weight: 2,
    subject: ['Pełna skrzynka pocztowa', 'Brak miejsca w skrzynce', 'Nie przychodzą maile – skrzynka pełna'],
    body: [
      'Dzień dobry,\n\nod rana dostaję komunikat, że moja skrzynka jest zapełniona w {procent}% i nie mogę odbierać poczty. Czy da się zwiększyć limit? Mam tam korespondencję z {sprawa}, której nie mogę usunąć.',
      'Dzień dobry,\n\nkoledzy mówią, że ich wiadomości do mnie wracają z informacją „mailbox full”. Proszę o powiększenie skrzynki, czekam na ważne dokumenty w sprawie: {sprawa}.',
    ],
    slots: {
      procent: ['98', '99', '100'],
      sprawa: ['projektu NCBR', 'recenzji doktoratu', 'przetargu na aparaturę', 'akredytacji kierunku', 'konferencji w maju'],
    },
    steps: [
      {
        agent:
          'limit Twojej skrzynki podnieśliśmy z 2 GB do 5 GB – zmiana działa od razu, niczego nie trzeba uruchamiać ponownie.\n\nPrzy okazji: najwięcej miejsca zajmuje folder „Wysłane” z załącznikami sprzed 2020 roku. Jeśli chcesz, pokażemy, jak przenieść je do archiwum.',
        state: 'waiting',
      },
      { customer: 'bardzo dziękuję, działa! O archiwum odezwę się po sesji.' },
      { note: 'Limit 5 GB ustawiony, zamykam.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    subject: ['Nie mogę wysłać maila z dużym załącznikiem', 'Załącznik {rozmiar} MB – poczta odrzuca'],
    body: [
      'Dzień dobry,\n\npróbuję wysłać do {kto} plik {rozmiar} MB i program pocztowy pokazuje błąd „552 message size exceeds”. Jak mogę przesłać taki plik? Termin mam {termin}.',
    ],
    slots: {
      rozmiar: ['48', '62', '115'],
      kto: ['wydawnictwa', 'partnera w Brnie', 'NCN', 'drukarni'],
      termin: ['jutro', 'w piątek', 'dziś do 16:00'],
    },
    steps: [
      {
        agent:
          'serwer przyjmuje wiadomości do 32 MB i tego nie zmienimy, bo większych i tak nie przyjmie druga strona. Zamiast załącznika użyj, proszę, uczelnianego dysku:\n\n1. Zaloguj się na https://dysk.uni.example kontem uczelnianym.\n2. Prześlij plik i wybierz „Udostępnij → link z datą ważności”.\n3. Wklej link do wiadomości.\n\nLink może mieć hasło – wyślij je wtedy osobno, najlepiej SMS-em.',
        state: 'waiting',
      },
      { customer: 'udało się, dziękuję. Instrukcja przydałaby się na stronie.' },
      { agent: 'dobry pomysł – dopisaliśmy ją do strony „Poczta” w zakładce Pomoc. Zamykam zgłoszenie.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'anyone',
    weight: 2,
    html: true,
    subject: [
      'Podejrzany mail – czy to phishing?',
      'Fwd: Twoje konto wygaśnie w ciągu 24 godzin',
      'Dziwna wiadomość od „Administratora poczty”',
    ],
    body: [
      'Dzień dobry,\n\ndostał{em|am} dziś wiadomość od „Administratora poczty”, że moje konto zostanie zablokowane, jeśli nie potwierdzę hasła na stronie {strona}. Nadawca wygląda dziwnie. Nic nie klikał{em|am}. Czy to prawdziwe?',
      'Dzień dobry,\n\nprzesyłam podejrzany mail, zrzut ekranu w załączniku. Link prowadzi do {strona}. Proszę o informację, czy mam to zignorować.',
    ],
    slots: { strona: ['uni-example.webmail-login.test', 'potwierdz-konto.test', 'poczta-uni.test'] },
    files: [{ name: 'zrzut-ekranu.png', kind: 'png' }],
    steps: [
      {
        agent:
          'to jest phishing – dobrze, że nic nie było klikane. Zablokowaliśmy ten adres na serwerze i usunęliśmy wiadomość ze skrzynek pozostałych osób, które ją dostały.\n\nNigdy nie prosimy o hasło mailem ani telefonicznie. Takie wiadomości możesz przesyłać dalej na pomoc@uni.example, najlepiej jako załącznik.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'anyone',
    priority: '4',
    subject: ['PILNE: kliknął{em|am} w link i poda{łem|łam} hasło', 'Hasło podane na fałszywej stronie', 'Wyłudzenie hasła – co robić?'],
    body: [
      'Dzień dobry,\n\nkliknął{em|am} w link z maila o „aktualizacji skrzynki” i niestety wpisał{em|am} hasło. Zorientował{em|am} się po chwili. Co mam zrobić?',
    ],
    steps: [
      { note: 'Konto zablokowane, sesje pocztowe unieważnione. W logach {ile} logowań spoza kraju, wysyłki spamu brak.' },
      {
        agent:
          'dziękujemy za szybką wiadomość – to najlepsze, co można było zrobić. Dla bezpieczeństwa zablokowaliśmy konto i wylogowaliśmy wszystkie urządzenia.\n\nŻeby je odblokować:\n– zadzwoń pod wewn. 1100 albo przyjdź do pokoju 12 w budynku A z legitymacją,\n– ustawimy wspólnie nowe hasło i włączymy potwierdzanie logowania telefonem.\n\nJeśli tego samego hasła używasz gdzie indziej (bank, portale), zmień je tam jak najszybciej.',
        state: 'waiting',
      },
      { customer: 'był{em|am} przed chwilą w pokoju 12, hasło zmienione. Dziękuję za cierpliwość, głupio mi okropnie.' },
      { note: 'Tożsamość potwierdzona, konto odblokowane, MFA włączone.', state: 'closed' },
    ],
    slots: { ile: ['3', '2', '7'] },
  },
  {
    queue,
    by: 'staff',
    subject: ['Prośba o adres funkcyjny', 'Nowy alias: {alias}@uni.example', 'Adres funkcyjny dla {czego}'],
    body: [
      'Dzień dobry,\n\nproszę o założenie adresu {alias}@uni.example dla {czego}. Dostęp powinny mieć trzy osoby, listę i podpis kierownika jednostki załączam.',
    ],
    slots: {
      alias: ['konferencja2027', 'rekrutacja.wb', 'studia.podyplomowe', 'kolo.naukowe'],
      czego: ['komitetu organizacyjnego konferencji', 'rekrutacji na wydziale', 'studiów podyplomowych', 'koła naukowego'],
    },
    files: [{ name: 'wniosek-adres-funkcyjny.pdf', kind: 'pdf', text: 'Wniosek o adres funkcyjny' }],
    steps: [
      {
        agent:
          'adres {alias}@uni.example jest gotowy. Pojawi się w programie pocztowym jako druga skrzynka najdalej za godzinę; w poczcie przez WWW widać go po ponownym zalogowaniu.\n\nOdpowiadając, wybierz ten adres w polu „Od”.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    channel: 'web',
    subject: ['Przekierowanie poczty na czas urlopu', 'Autoodpowiedź na urlop', 'Nieobecność – kto dostaje moją pocztę?'],
    body: [
      'Od {dzien} będę przez trzy tygodnie na urlopie. Jak ustawić automatyczną odpowiedź i przekazywanie poczty do osoby, która mnie zastępuje?',
    ],
    slots: { dzien: ['poniedziałku', 'przyszłej środy', 'pierwszego'] },
    steps: [
      {
        agent:
          'autoodpowiedź włączysz w poczcie przez WWW: Ustawienia → Nieobecność → zaznacz daty i wpisz treść. Działa od północy pierwszego dnia.\n\nPrzekazywanie całej poczty do innej osoby odradzamy (to także Twoja prywatna korespondencja) – lepiej podać w autoodpowiedzi adres zastępcy albo adres funkcyjny jednostki.',
        state: 'waiting',
      },
      { customer: 'rozumiem, tak zrobię. Dziękuję!' },
      { note: 'Załatwione.', state: 'closed' },
    ],
  },
  {
    queue,
    by: 'staff',
    units: ['wz', 'wb', 'wfm', 'wch'],
    subject: ['Maile do studentów trafiają do spamu', 'Wiadomości z uczelni lądują w SPAM-ie u studentów'],
    body: [
      'Dzień dobry,\n\nstudenci z grupy {grupa} zgłaszają, że moje wiadomości wysyłane z listy przedmiotu trafiają do spamu, głównie na Gmailu. Czy można coś z tym zrobić? W zeszłym roku było dobrze.',
    ],
    slots: { grupa: ['ZIP-2', 'B-14', 'CH-31', 'FT-1'] },
    steps: [
      { note: 'Nagłówki od studentów: SPF pass, DKIM brak – lista przepisuje From i zrywa podpis. Do poprawy w konfiguracji list.' },
      {
        agent:
          'znaleźliśmy przyczynę: serwer list dopisywał stopkę i psuł podpis DKIM, więc Gmail uznawał wiadomości za podejrzane. Zmienimy to w oknie serwisowym w czwartek po 18:00. Do tego czasu proszę, żeby studenci oznaczyli wiadomości jako „to nie spam”.',
        state: 'pending',
        days: 4,
      },
      {
        agent:
          'zmiana wdrożona, wiadomości z list mają już poprawny podpis. Jeśli którakolwiek trafi jeszcze do spamu, prześlij ją, proszę, jako załącznik.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'staff',
    html: true,
    subject: ['Outlook nie łączy się ze skrzynką', 'Outlook ciągle pyta o hasło', 'Outlook nie przyjmuje hasła'],
    body: [
      'Dzień dobry,\n\npo wczorajszej aktualizacji Outlook co chwilę pyta o hasło, chociaż wpisuję poprawne. W przeglądarce poczta działa. Komputer: pokój {sala}, numer inwentarzowy {nr}.',
    ],
    slots: { sala: ['A-214', 'B-08', 'C-117', 'D-305'], nr: ['803-11-2214', '803-11-0871', '803-12-3345'] },
    steps: [
      {
        agent:
          'to znany skutek aktualizacji: Outlook próbuje logować się starym sposobem. Zamknij go, otwórz Panel sterowania → Menedżer poświadczeń → Poświadczenia systemu Windows, usuń wpisy zaczynające się od „MicrosoftOffice16”, uruchom Outlooka i zaloguj się raz jeszcze.\n\nJeśli wolisz, zrobimy to zdalnie – napisz, o której możemy zadzwonić.',
        state: 'waiting',
      },
      { customer: ['zrobił{em|am} tak i od tej pory jest spokój. Dziękuję.', 'pomogło usunięcie wpisów, dziękuję!'] },
      {
        agent: 'cieszymy się, że działa – zamykam zgłoszenie. Gdyby problem wrócił, wystarczy odpowiedzieć na tę wiadomość.',
        state: 'closed',
      },
    ],
  },
  {
    queue,
    by: 'guest',
    subject: ['Mail account for a visiting student', 'I do not receive e-mails from the university'],
    body: [
      'Hello,\n\nI am an exchange student and I do not get messages that my lecturers send to the whole group. I can log in to the mail page, but the inbox is empty. Could you check it, please?',
    ],
    steps: [
      {
        agent:
          'your account had been created, but it was not yet on the mailing lists of your groups. I have added you; messages sent from now on will reach you. The last four messages to the group were forwarded to you a moment ago.',
        state: 'waiting',
      },
      { customer: 'Thank you very much, I see them now!' },
      { note: 'Konto dopisane do list grup, cztery wiadomości przesłane dalej.', state: 'closed' },
    ],
  },
]
