import type { Talk } from './talk.ts'

/** What was said in English before the accounts were linked. How lines are read stands in talk.ts. */
export const englishTalks: readonly Talk[] = [
  {
    phone: '447700900101',
    name: 'Harriet Cole',
    line: 'desk',
    minutesAgo: 6,
    unread: 2,
    text: `
      < Good morning, is the gravel bike in the window a 56?
      > Good morning Harriet, it is a 54. A 56 comes on Thursday. Shall I put it aside for you?
      --
      < Yes please. Can I try it before I decide?
      > Of course. We are here until six.
      < [photo blue] This is the one I ride now, for comparison
      < Would you take it in part exchange?`,
  },
  {
    phone: '447700900102',
    name: 'Tom Whitlock',
    line: 'desk',
    minutesAgo: 48,
    unread: 1,
    text: `
      < The rear brake squeals since the rain
      < [photo rose] This is the bike
      > Bring it in today, it takes ten minutes and costs nothing.
      < [voice] I will be there at noon, just before lunch
      < Done at lunch. Sounds like new, thank you
      > Glad to hear that. Safe ride home.
      ------
      < One more thing: the light you sold me, does it charge by USB-C?`,
  },
  {
    phone: '12125550103',
    name: 'Maya Feldstein',
    line: 'desk',
    minutesAgo: 95,
    text: `
      < Do you rent out cargo bikes by the day?
      > We do: 38 a day, 95 for the weekend, child seats included.
      < Great. Saturday to Sunday then, for two children
      > Booked for Maya, Saturday at nine. You only need an ID.
      < [place] We would start from here, is that far from you?
      > Five minutes on foot.`,
  },
  {
    phone: '12125550104',
    name: 'Jonas Albrecht',
    line: 'desk',
    minutesAgo: 260,
    text: `
      < Could you send me the bill again? Our accounting lost it
      > [pdf invoice-2208.pdf] Here it is.
      < Perfect, thanks`,
  },
  {
    phone: '447700900105',
    name: 'Priya Raman',
    line: 'desk',
    minutesAgo: 380,
    text: `
      < Hello! We are twelve people and would like a tour along the coast in May
      > What a nice idea. Half a day or a whole one?
      < Half a day, with a stop for lunch
      > Then the lighthouse round: 24 km, flat, 32 each with bike and guide.
      --
      < Everybody is in. How do we pay?
      > A third now, the rest on the day. I will send you a link.`,
  },
  {
    phone: '12125550106',
    name: 'Walter Grimes',
    line: 'desk',
    minutesAgo: 1500,
    text: `
      < [voice] Please order the rear mudguard for my touring bike, the black one
      > Thank you, I understood every word. The part is ordered.
      ----
      < Has it come?
      > It has. Whenever you like, we are open until six.`,
  },
  {
    phone: '12125550107',
    name: 'Lena Voss',
    line: 'desk',
    minutesAgo: 1700,
    text: `
      < Is the workshop closed on Monday?
      > Yes, it is a holiday. Tuesday from eight again.`,
  },
  {
    phone: '447700900108',
    name: 'Oliver Sandhurst',
    line: 'shop',
    minutesAgo: 22,
    unread: 3,
    text: `
      < Hi, I ordered a lock on Sunday, number 4471
      > Hi Oliver, it left yesterday and should be with you tomorrow.
      --
      < Nothing here yet
      < [photo grey] The tracking says this
      < Could somebody look into it today?`,
  },
  {
    phone: '447700900109',
    name: 'Beatrice Lund',
    line: 'shop',
    minutesAgo: 140,
    text: `
      < Can I send the jacket back? It is too small
      > Sure, within 30 days. Would you like an M instead?
      < Yes please, in green
      > [photo green] This one? It is the last.
      < That one!
      < [sticker]`,
  },
  {
    phone: '12125550110',
    name: 'Samuel Ortega-Price',
    line: 'shop',
    minutesAgo: 700,
    text: `
      < Do you ship to Canada?
      > We do, 14 flat, about a week.
      < Then I take two pairs of the winter gloves, size L
      > Reserved. I will write when they are on their way.`,
  },
  {
    phone: '12125550111',
    name: 'Ingrid Moe',
    line: 'shop',
    minutesAgo: 2900,
    text: `
      < The pump from my last order has no adapter
      > It should have been in the box. I will post one today, no charge.
      < Very kind`,
  },
  {
    phone: '447700900112',
    name: 'George Attwell',
    line: 'shop',
    minutesAgo: 4400,
    text: `
      < When will the titanium frames be back?
      > In the second week of next month. I will put you on the list.`,
  },
  {
    phone: '12125550113',
    name: 'Naomi Prescott',
    line: 'shop',
    minutesAgo: 5900,
    text: `
      < Loved the service, thank you all
      > Thank you, Naomi. That is read aloud here.`,
  },
]
