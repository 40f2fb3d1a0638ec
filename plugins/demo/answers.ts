/** Owns the texts of the made-up university's knowledge base. */

export interface Entry {
  category: string
  title: string
  keywords: string
  /** Markdown. */
  answer: string
  symptom?: string
  /** For agents. */
  comment?: string
  language?: 'en'
  audience?: 'external' | 'internal'
  /** Last name of the agent who wrote it. */
  by: string
  daysAgo: number
  /** How many it helped, of how many who said so. */
  votes?: readonly [number, number]
}

/** Unit → its categories, in their order. */
export const KNOWLEDGE: Readonly<Record<string, readonly { name: string; nameEn: string }[]>> = {
  it: [
    { name: 'Konto i hasło', nameEn: 'Account and password' },
    { name: 'Poczta', nameEn: 'Mail' },
    { name: 'Sieć i eduroam', nameEn: 'Network and eduroam' },
    { name: 'Oprogramowanie i sprzęt', nameEn: 'Software and hardware' },
  ],
  'wm-dziekanat': [{ name: 'Sprawy studenckie', nameEn: 'Student matters' }],
}

export const ENTRIES: readonly Entry[] = [
  {
    category: 'Konto i hasło',
    title: 'Jak zmienić hasło, gdy go nie pamiętam?',
    keywords: 'reset, logowanie, zapomniane, konto',
    by: 'Zieliński',
    daysAgo: 41,
    votes: [23, 25],
    answer: `1. Wejdź na [konto.uni.example](https://konto.uni.example/) i wybierz „Nie pamiętam hasła”.
2. Podaj login albo numer albumu. Odnośnik wyślemy na Twój prywatny adres e-mail.
3. Ustaw nowe hasło: co najmniej 12 znaków, najlepiej kilka zwykłych słów.

Nie masz dostępu do prywatnego adresu? Przyjdź z legitymacją albo dowodem do pokoju 014 w gmachu głównym (pon.–pt. 8–15). **Przez telefon i mailem haseł nie zmieniamy.**`,
    comment: 'Tożsamość sprawdzamy dokumentem ze zdjęciem; skanu nie przyjmujemy.',
  },
  {
    category: 'Konto i hasło',
    title: 'Hasło wygasło – co teraz?',
    keywords: 'ważność, termin, przeterminowane',
    by: 'Lewandowska',
    daysAgo: 88,
    votes: [9, 11],
    symptom: 'Przy logowaniu pojawia się komunikat „Hasło straciło ważność”.',
    answer: `Hasła pracowników są ważne rok, studentów – przez całe studia. Nowe ustawisz na [konto.uni.example](https://konto.uni.example/), podając jeszcze raz stare.

Potem zmień je także tam, gdzie jest zapamiętane: w telefonie (poczta, eduroam) i w programie pocztowym. Inaczej urządzenia będą próbować starego i konto zablokuje się na 15 minut.`,
  },
  {
    category: 'Konto i hasło',
    title: 'How do I get a university account as a guest?',
    keywords: 'visitor, erasmus, login, new account',
    language: 'en',
    by: 'Lewandowska',
    daysAgo: 60,
    votes: [4, 4],
    answer: `Your host asks for the account: a member of staff fills in the form “Guest account” in the staff portal. It takes one working day.

You will receive a link that sets your password. The account opens **Wi-Fi (eduroam), the library and HMS**, and closes by itself at the end of your stay. Your host can make it longer.`,
  },
  {
    category: 'Poczta',
    title: 'Jak ustawić pocztę uczelnianą w telefonie?',
    keywords: 'android, iphone, imap, outlook, skrzynka, konfiguracja',
    by: 'Zieliński',
    daysAgo: 33,
    votes: [31, 38],
    answer: `W aplikacji poczty dodaj konto **Exchange** albo **Microsoft 365** – nie „Inne”.

- Adres: pełny, na przykład jan.nowak@uni.example
- Nazwa użytkownika: login, na przykład jnowak
- Serwer, jeśli aplikacja o niego zapyta: poczta.uni.example

Na ekranie logowania uczelni podaj to samo hasło, co do komputera.`,
  },
  {
    category: 'Poczta',
    title: 'Skrzynka jest pełna i nie przyjmuje wiadomości',
    keywords: 'limit, miejsce, quota, przepełniona, archiwum',
    by: 'Zieliński',
    daysAgo: 12,
    votes: [14, 17],
    symptom: 'Nadawcy dostają zwrot „mailbox full”, a program pocztowy ostrzega o braku miejsca.',
    answer: `Skrzynka mieści 10 GB (u studentów 2 GB). Najwięcej zajmują załączniki.

1. Posortuj wiadomości według rozmiaru i usuń największe albo zapisz je na dysku.
2. Opróżnij **Kosz** i **Wysłane**.
3. Starsze lata przenieś do archiwum: w poczcie przez WWW wybierz *Folder → Archiwizuj*.

Miejsce zwalnia się po kilku minutach.`,
  },
  {
    category: 'Poczta',
    title: 'Dziwny mail prosi o hasło – czy to oszustwo?',
    keywords: 'phishing, spam, podejrzany, link',
    by: 'Kowalska',
    daysAgo: 6,
    votes: [19, 19],
    answer: `Tak. **Nigdy nie prosimy o hasło** – ani mailem, ani przez telefon.

- Niczego nie klikaj i nie odpowiadaj. Prześlij wiadomość jako załącznik na spam@uni.example i usuń ją.
- Hasło zostało już wpisane? Zmień je od razu na [konto.uni.example](https://konto.uni.example/) i napisz do nas: sprawdzimy, czy ktoś nie używa konta.`,
  },
  {
    category: 'Sieć i eduroam',
    title: 'Jak połączyć się z eduroam?',
    keywords: 'wifi, wi-fi, internet, bezprzewodowa, telefon, laptop',
    by: 'Wójcik',
    daysAgo: 27,
    votes: [44, 52],
    answer: `Najprościej programem [geteduroam](https://geteduroam.app/), który ustawi wszystko sam:

1. Zainstaluj go, korzystając z sieci „uni-start” albo z danych komórkowych.
2. Wybierz Politechnikę Nadwiślańską.
3. Zaloguj się pełnym adresem, na przykład s214503@uni.example, i zwykłym hasłem.

Nie łączy się? Usuń („zapomnij”) sieć eduroam w urządzeniu i zacznij od nowa: stare ustawienia pamiętają stare hasło.`,
  },
  {
    category: 'Sieć i eduroam',
    title: 'How do I connect to eduroam?',
    keywords: 'wifi, wireless, internet, phone, laptop',
    language: 'en',
    by: 'Wójcik',
    daysAgo: 27,
    votes: [11, 12],
    answer: `Use the app [geteduroam](https://geteduroam.app/); it sets everything up.

1. Install it over the network “uni-start” or mobile data.
2. Choose *Politechnika Nadwiślańska*.
3. Log in with your full address, such as s214503@uni.example, and your usual password.

Guests from other universities use the account of their own university.`,
  },
  {
    category: 'Sieć i eduroam',
    title: 'Jak pracować z domu przez VPN?',
    keywords: 'zdalnie, forticlient, tunel, dysk sieciowy',
    audience: 'external',
    by: 'Wójcik',
    daysAgo: 75,
    votes: [12, 15],
    answer: `VPN przysługuje pracownikom i doktorantom.

1. Pobierz klienta ze strony [vpn.uni.example](https://vpn.uni.example/).
2. Adres bramy: vpn.uni.example. Login i hasło – uczelniane.
3. Potwierdź logowanie kodem z aplikacji.

Do zasobów biblioteki VPN nie jest potrzebny: wystarczy logowanie na stronie biblioteki.`,
  },
  {
    category: 'Oprogramowanie i sprzęt',
    title: 'Skąd pobrać Office, MATLAB i inne programy?',
    keywords: 'licencja, instalacja, microsoft, word, statistica',
    by: 'Lewandowska',
    daysAgo: 50,
    votes: [21, 26],
    answer: `- **Microsoft 365**: [portal.office.com](https://portal.office.com/), logowanie adresem uczelnianym; do pięciu urządzeń.
- **MATLAB**: załóż konto MathWorks na adres uczelniany – licencja przypisze się sama.
- **Inne programy** na komputerze uczelnianym instalujemy my: podaj nazwę programu i numer z naklejki na obudowie.`,
  },
  {
    category: 'Oprogramowanie i sprzęt',
    title: 'Drukarka nie drukuje',
    keywords: 'druk, toner, papier, kserokopiarka, kolejka wydruku',
    by: 'Kamiński',
    daysAgo: 19,
    votes: [8, 13],
    answer: `Zanim napiszesz, sprawdź trzy rzeczy:

1. Czy na wyświetlaczu jest komunikat (papier, toner, otwarta pokrywa)?
2. Czy komputer jest w sieci kablowej albo w eduroam? Z sieci dla gości drukować się nie da.
3. Czy w kolejce wydruku nie stoi stary, zatrzymany dokument? Usuń go.

Nadal nic? Podaj w zgłoszeniu numer z naklejki i pokój. Toner wymieniamy w ciągu jednego dnia roboczego.`,
  },
  {
    category: 'Oprogramowanie i sprzęt',
    title: 'Wydanie laptopa zastępczego',
    keywords: 'pożyczka, sprzęt, awaria',
    audience: 'internal',
    by: 'Kamiński',
    daysAgo: 100,
    answer: `1. Sprawdź w ewidencji, czy osoba nie ma już laptopa z puli.
2. Spisz protokół (wzór na dysku działu), wpisz numer zgłoszenia.
3. Wydajemy na 14 dni; przedłuża kierownik jednostki mailem.`,
  },
  {
    category: 'Sprawy studenckie',
    title: 'Jak przedłużyć legitymację?',
    keywords: 'els, hologram, ważność, mlegitymacja',
    by: 'Woźniak',
    daysAgo: 48,
    votes: [17, 18],
    answer: `Przyjdź z legitymacją do dziekanatu (pokój 112) od 1 października albo od 1 marca. Nakleimy hologram od ręki.

mLegitymacja przedłuża się sama, gdy w HMS pojawi się wpis na semestr.`,
  },
  {
    category: 'Sprawy studenckie',
    title: 'Zaświadczenie o studiowaniu – skąd je wziąć?',
    keywords: 'zaświadczenie, zus, bank, status studenta',
    by: 'Woźniak',
    daysAgo: 15,
    votes: [10, 10],
    answer: `Zamów je w HMS: *Moje sprawy → Zaświadczenia*. Następnego dnia roboczego czeka tam plik z podpisem elektronicznym, który przyjmują ZUS i banki.

Potrzebujesz papieru z pieczęcią? Zaznacz „odbiór osobisty”; wydajemy w pokoju 112, wt.–czw. 9–13.`,
  },
]
