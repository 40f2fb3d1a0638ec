/** Owns the words of the plugin. */
import { defineTexts } from '../../core/index.ts'

export const texts = defineTexts(
  {
    'settings.remind': 'Po ilu dniach roboczych przypomnieć zgłaszającemu',
    'settings.remind.help':
      'Dotyczy zgłoszeń, które czekają na zgłaszającego bez terminu. Treść przypomnienia ustawisz w tekstach automatycznych. 0: bez przypomnienia.',
    'settings.close': 'Po ilu dalszych dniach roboczych zamknąć zgłoszenie',
    'settings.close.help':
      'Liczymy od przypomnienia, a bez przypomnienia od początku czekania. Zgłaszający dostanie zwykłą wiadomość o zamknięciu. 0: nic nie zamyka się samo.',
    'settings.how': 'Jak zamknąć',
    'settings.how.successful': 'jako załatwione',
    'settings.how.unsuccessful': 'jako niezałatwione',
  },
  {
    'settings.remind': 'Remind the customer after so many working days',
    'settings.remind.help':
      'For tickets that wait for their customer without a date. The reminder’s words stand among the automatic texts. 0: no reminder.',
    'settings.close': 'Close the ticket after so many working days more',
    'settings.close.help':
      'Counted from the reminder, and without one from when the waiting began. The customer gets the usual message about closing. 0: nothing closes by itself.',
    'settings.how': 'Close it as',
    'settings.how.successful': 'successful',
    'settings.how.unsuccessful': 'unsuccessful',
  },
)
