/** Two more questions for each language, written when everything was decided: the paragraph that answers stands beside. */
export const unseenByLanguage: Readonly<
  Record<string, readonly (readonly [question: string, paragraph: number])[]>
> = {
  en: [
    ['Is delivery free in the city?', 5],
    ['Can I pay by instalments?', 7],
  ],
  de: [
    ['Was kostet die Lieferung?', 4],
    ['Wie lange ist die Garantie auf eine Einbauküche?', 2],
  ],
  fr: [
    ['Livrez-vous les entreprises gratuitement ?', 3],
    ['Que faites-vous des invendus ?', 5],
  ],
  es: [
    ['¿La primera visita incluye radiografía?', 1],
    ['¿Qué garantía tienen los implantes?', 6],
  ],
  pt: [
    ['A piscina é aquecida?', 4],
    ['O quarto tem internet sem fio?', 5],
  ],
  it: [
    ['La sauna è compresa nell’abbonamento?', 7],
    ['Devo svuotare il mio armadietto?', 6],
  ],
  nl: [
    ['Drukken jullie op gerecycled papier?', 5],
    ['Kunnen zakelijke klanten op rekening betalen?', 7],
  ],
  ru: [
    ['Можно ли оплатить картой?', 6],
    ['Сколько стоит диагностика двигателя?', 7],
  ],
  tr: [
    ['Ürünü iade edebilir miyim?', 3],
    ['İç mimar eve geliyor mu?', 5],
  ],
  ar: [
    ['هل يمكن الدفع بالبطاقة؟', 4],
    ['هل تقيمون حفلة عيد ميلاد؟', 7],
  ],
  he: [
    ['איך אפשר לשלם?', 4],
    ['מה קורה אם הפרחים נבלו?', 3],
  ],
  hi: [
    ['भुगतान कैसे कर सकते हैं?', 6],
    ['क्या बदलाव मुफ़्त हैं?', 2],
  ],
  zh: [
    ['绿茶怎么保存？', 3],
    ['会员积分可以抵扣多少？', 6],
  ],
  ja: [
    ['クレジットカードは使えますか？', 4],
    ['初めての客に割引はありますか？', 3],
  ],
  ko: [
    ['단체 예약은 몇 명부터 가능한가요?', 2],
    ['꽃꽂이 수업은 언제 열리나요?', 7],
  ],
}

/** What none of the documents says, in words of which some are in them. */
export const unanswerable: readonly string[] = [
  'Who is the president of France?',
  'What is the weather like in Sydney tomorrow?',
  'Explain quantum entanglement',
  'Do you repair washing machines?',
  'Wie wird das Wetter am Wochenende?',
  'Wer hat die Weltmeisterschaft gewonnen?',
  'Quelle est la capitale de l’Australie ?',
  '¿Quién escribió Don Quijote?',
  'Qual é a distância até à lua?',
  'Chi ha dipinto la Gioconda?',
  'Hoe hoog is de Eiffeltoren?',
  'Кто написал Войну и мир?',
  'Türkiye’nin başkenti neresi?',
  'من هو رئيس فرنسا؟',
  'מי כתב את המלט?',
  'भारत के राष्ट्रपति कौन हैं?',
  '谁是法国总统？',
  '富士山の高さは何メートルですか？',
  '프랑스의 수도는 어디예요?',
]
