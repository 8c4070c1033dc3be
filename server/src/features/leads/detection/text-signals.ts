import { foldForSearch } from './fold.service.ts'

/** Further in a text nothing is looked for: interest is said at once. */
const readLength = 4_000

/** Words and phrases by kind. A list per kind and not per language: people mix them. */
const phrases = {
  purchase: [
    'buy, buying, to buy, purchase, order, looking for, in search of, need a, i need, we need, want to get, interested',
    'does anyone sell, who sells, where can i get, where can i buy, for sale, book, reserve, hire, rent, quote',
    'comprar, compro, busco, buscando, necesito, quiero, me interesa, pedir, encargar, alquilar, reservar, presupuesto',
    'procuro, preciso, quero, alugar, encomendar, orcamento, interessado, interessada, tenho interesse',
    'acheter, cherche, je cherche, besoin de, commander, louer, reserver, devis, interesse',
    'kaufen, suche, brauche, bestellen, mieten, buchen, angebot, interessiert',
    'comprare, cerco, ho bisogno, ordinare, affittare, prenotare, preventivo, interessato, interessata',
    'kopen, zoek, op zoek, ik zoek, nodig, bestellen, huren, offerte, geinteresseerd',
    'kupic, kupie, szukam, potrzebuje, zamowic, wynajac',
    'купить, куплю, ищу, ищем, нужен, нужна, нужно, нужны, заказать, закажу, снять, арендовать, интересует, продает',
    'купити, шукаю, потрібен, потрібна, потрібно, замовити',
    'satin almak, ariyorum, lazim, ihtiyacim var, siparis, kiralamak, istiyorum, almak istiyorum',
    'beli, mau beli, cari, butuh, pesan, sewa, minat',
    'mua, can mua, tim mua, dat hang, thue',
    'खरीदना, चाहिए, ढूंढ',
  ],
  price: [
    'price, prices, how much, cost, costs, pricing, rate, rates, discount, cheap, budget',
    'precio, precios, cuanto, cuanto cuesta, cuanto vale, descuento, barato, costo, coste',
    'preco, precos, quanto, quanto custa, desconto, valor',
    'prix, combien, tarif, tarifs, remise, cout',
    'preis, preise, wie viel, wieviel, kostet, kosten, rabatt, gunstig',
    'prezzo, prezzi, quanto costa, sconto, tariffa',
    'prijs, prijzen, hoeveel, kost, korting',
    'cena, ceny, ile kosztuje, ile',
    'цена, цены, цену, сколько стоит, сколько, стоимость, скидка, почем, прайс',
    'ціна, ціни, скільки, вартість, знижка',
    'fiyat, fiyati, ne kadar, kac para, indirim',
    'harga, berapa, diskon',
    'gia bao nhieu, bao nhieu, giam gia',
    'कीमत, कितना, कितने, दाम',
  ],
  urgency: [
    'urgent, urgently, asap, today, tonight, tomorrow, right now, immediately, as soon as possible, this week, quickly',
    'urgente, hoy, manana, ahora, lo antes posible, ya mismo, esta semana',
    'hoje, amanha, agora, o mais rapido possivel',
    "aujourd'hui, demain, maintenant, au plus vite, des que possible",
    'dringend, eilig, heute, morgen, sofort, so schnell wie moglich',
    'oggi, domani, subito, adesso, il prima possibile',
    'dringend, vandaag, morgen, zo snel mogelijk, spoed',
    'pilne, dzis, dzisiaj, jutro, natychmiast',
    'срочно, сегодня, завтра, сейчас, как можно скорее, быстро',
    'терміново, сьогодні, завтра, зараз',
    'acil, bugun, yarin, hemen, simdi',
    'segera, hari ini, besok, sekarang',
    'hom nay, ngay mai, ngay bay gio',
    'तुरंत, आज, अभी',
  ],
  question: [
    'who, what, where, which, when, how, anyone, anybody, does someone, can someone, recommend, recommendation',
    'quien, donde, cual, alguien, recomiendan, recomienda',
    'quem, onde, qual, quando, alguem, recomenda, indica',
    'quel, quelle, quand, comment, quelqu un, recommander',
    'wer, wo, welche, welcher, wann, wie, jemand, kennt, empfehlen, empfehlung',
    'chi, dove, quale, quando, come, qualcuno, consigliate',
    'wie, waar, welke, wanneer, iemand, aanrader',
    'kto, gdzie, jaki, kiedy, ktos, polecacie',
    'кто, где, какой, какая, когда, как, кто-нибудь, посоветуйте, подскажите, порекомендуйте',
    'хто, де, який, коли, хтось, порадьте, підкажіть',
    'kim, nerede, hangi, nasil, bilen var mi, tavsiye',
    'siapa, dimana, di mana, bagaimana, ada yang, rekomendasi',
    'o dau, khi nao, nhu the nao',
    'कौन, कहाँ, कैसे, कब',
  ],
} as const

/** The same in scripts that write without spaces, or hang little words on others: looked for anywhere. */
const anywhere: Record<keyof typeof phrases, string> = {
  purchase:
    'לקנות, לרכוש, מחפש, צריך, צריכה, רוצה, להזמין, לשכור, מעוניין, شراء, اشتري, أشتري, أبحث, ابحث عن, أريد, اريد, محتاج, أحتاج, احتاج, مطلوب, حجز, استئجار, 买, 買, 求购, 求購, 想要, 需要, 订购, 訂購, 租, 买到, 購入, 買いたい, ほしい, 欲しい, 探して, 注文, 予約, ซื้อ, ต้องการ, หา, สั่ง, จอง, เช่า, สนใจ, 구매, 사고 싶, 필요, 주문, 찾고, 예약, 구합니다',
  price:
    'מחיר, כמה עולה, עלות, הנחה, בכמה, سعر, السعر, بكم, كم سعر, كم ثمن, تكلفة, خصم, 多少钱, 多少錢, 价格, 價格, 价钱, 報價, 报价, 优惠, 折扣, いくら, 値段, 価格, 料金, 割引, ราคา, เท่าไหร่, เท่าไร, ลดราคา, 얼마, 가격, 비용, 할인',
  urgency:
    'דחוף, היום, מחר, עכשיו, מיידי, عاجل, ضروري, اليوم, غدا, بكرة, الآن, فورا, 急, 今天, 明天, 马上, 馬上, 立刻, 尽快, 盡快, 急ぎ, 今日, 明日, すぐ, 至急, ด่วน, วันนี้, พรุ่งนี้, ตอนนี้, 급해, 급합니다, 오늘, 내일, 지금, 빨리',
  question:
    'מי , איפה, מישהו, ממליץ, המלצה, המלצות, איך, من يعرف, أين, وين, كيف, هل , تنصحون, حد يعرف, 谁, 誰, 哪里, 哪裡, 吗, 嗎, 怎么, 怎麼, 推荐, 推薦, 请问, 請問, どこ, だれ, ですか, ますか, おすすめ, ありますか, ที่ไหน, ใคร, ไหม, มั้ย, แนะนำ, 누가, 어디, 추천, 있나요, 어떻게',
}

const escapeSigns = (phrase: string) => phrase.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
const split = (list: string) => list.split(', ').map((phrase) => escapeSigns(foldForSearch(phrase)))

function patternOf(kind: keyof typeof phrases): RegExp {
  const words = phrases[kind].flatMap(split).join('|')
  return new RegExp(
    `(?<![\\p{L}\\p{N}])(?:${words})(?![\\p{L}\\p{N}\\p{M}])|${split(anywhere[kind]).join('|')}`,
    'u',
  )
}

const patterns = (['purchase', 'price', 'question', 'urgency'] as const).map(
  (kind) => [kind, patternOf(kind)] as const,
)

/** In Spanish it opens a question, in Greek `;` ends one, and so on; a mark inside an address is none. */
const questionMark = /[?¿؟？՞፧](?![\p{L}\p{N}=&])/u
/** A number somebody can be called at, or an e-mail address. */
const contactDetails =
  /(?<!\p{N})\+?(?:\p{Nd}[\s().-]{0,2}){8,14}\p{Nd}(?!\p{N})|(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@[\p{L}\p{N}-]{1,63}\.\p{L}{2,}/u

/** What a text says about interest: `purchase`, `price`, `question`, `urgency`, `contact_details`. */
export function findTextSignals(text: string): string[] {
  const read = text.slice(0, readLength)
  const folded = foldForSearch(read)
  const kinds: string[] = patterns.filter(([, pattern]) => pattern.test(folded)).map(([kind]) => kind)
  if (!kinds.includes('question') && questionMark.test(read)) kinds.push('question')
  if (contactDetails.test(read)) kinds.push('contact_details')
  return kinds
}
