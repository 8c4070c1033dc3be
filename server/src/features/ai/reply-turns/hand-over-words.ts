/** Words that want a person when they are the whole message. */
const whole = `human; agent; operator; person; representative; help desk; support; humano; agente; operador; persona; pessoa;
  atendente; humain; conseiller; opérateur; mensch; mitarbeiter; berater; umano; operatore; medewerker; mens; konsultant;
  człowiek; оператор; человек; менеджер; insan; temsilci; müşteri temsilcisi; موظف; انسان; נציג; אדם; इंसान; व्यक्ति; 人工;
  转人工; 人工客服; 真人; オペレーター; 担当者; 有人; 상담원; 사람`

/** Wishes that may stand within a message. */
const within = `talk to a human; speak to a human; speak with a human; talk to a person; speak to a person; real person; real human;
  talk to someone; speak to someone; speak with someone; human agent; live agent; customer service representative;
  not a bot; hablar con una persona; hablar con alguien; hablar con un humano; hablar con un agente; persona real;
  falar com uma pessoa; falar com alguém; falar com um atendente; falar com um humano; pessoa real; parler à un humain;
  parler à une personne; parler à quelqu'un; parler à un conseiller; vraie personne; mit einem menschen; echten menschen;
  mit einem mitarbeiter; mit jemandem sprechen; menschen sprechen; parlare con una persona; parlare con un operatore;
  parlare con qualcuno; persona vera; met een medewerker; met een mens; iemand spreken; echt persoon;
  porozmawiać z człowiekiem; rozmawiać z konsultantem; żywym człowiekiem; поговорить с человеком; живой человек;
  живого человека; с оператором; позовите оператора; gerçek bir insan; biriyle konuşmak; temsilciyle görüşmek;
  müşteri temsilcisine; التحدث مع شخص; التحدث مع موظف; التحدث الى شخص; شخص حقيقي; לדבר עם נציג; לדבר עם בן אדם; נציג אנושי;
  किसी इंसान से; इंसान से बात; असली व्यक्ति; 转人工; 人工客服; 真人客服; 找真人; 人と話; 担当者と話; オペレーターにつな; 상담원 연결; 상담원과;
  사람과 통화; 사람이랑`

const dense = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u

/** Words alone, in small letters without marks, one space between them and at both ends. */
function plain(text: string): string {
  const letters = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase()
  return ` ${letters.replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim()} `
}

const listOf = (words: string): string[] =>
  words.split(';').map((word) => plain(word.replaceAll(/\s+/g, ' ')))
const wholeWords = new Set(listOf(whole))
const withinWords = listOf(within)

function contains(text: string, word: string): boolean {
  // Scripts without spaces have no ends of words.
  return dense.test(word) ? text.includes(word.trim()) : text.includes(word)
}

/** Whether a message asks for a person: by the tenant's own words, which may stand anywhere, else by those of the product. */
export function wantsPerson(message: string, own: readonly string[] | null): boolean {
  const text = plain(message)
  if (own !== null) return own.some((word) => plain(word).trim() !== '' && contains(text, plain(word)))
  return wholeWords.has(text) || withinWords.some((word) => contains(text, word))
}
