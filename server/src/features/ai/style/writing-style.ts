/** How somebody writes, as figures: nothing that was said can be read from them. */
export interface StyleFeatures {
  /** Words per sentence. */
  avg_sentence_length: number
  /** 0 to 1. */
  formality_score: number
  /** Share of messages with an emoji. */
  emoji_frequency: number
  /** Share of different words in any hundred words in a row. */
  vocabulary_richness: number
  /** Words per message. */
  avg_message_length: number
  /** Share of messages with an exclamation mark. */
  exclamation_frequency: number
  /** Share of messages that begin with a small letter, of those whose script has both. */
  lowercase_frequency: number
}

/** Words that are written to strangers and superiors, in the languages of the product; folded. */
const formalWords: ReadonlySet<string> = new Set(
  `regards sincerely kindly dear madam please
   usted ustedes estimado estimada atentamente saludos cordialmente
   senhor senhora prezado prezada atenciosamente cordialmente
   vous votre vos madame monsieur cordialement veuillez
   ihnen ihr ihre geehrte geehrter freundliche freundlichen
   lei gentile cordiali distinti egregio
   u uw geachte vriendelijke groet
   pan pani panstwa szanowny szanowna pozdrawiam
   вы вас вам ваш уважаемый уважаемая уважением
   siz sizin sayin saygilarimla rica
   حضرتك سيدي سيدتي المحترم تحياتي
   לכבוד בברכה נכבד אדון גברת
   您 您好 敬 贵 謹啓 敬具 様 ございます いたします くださいませ
   드립니다 습니다 님 귀하 감사합니다`
    .split(/\s+/u)
    .filter((word) => word !== ''),
)

const emoji = /\p{Extended_Pictographic}/u
const endMark = /[.!?。！？؟…]["')\]»”’]*\s*$/u
const exclamation = /[!！]/u
const firstLetter = /\p{L}/u
const formalEndings = ['ございます', 'いたします', '습니다', '드립니다', '합니다']
/** Words looked at together for how many of them differ; a share of a whole text would fall with its length. */
const windowWords = 100

const fold = (word: string): string => word.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()
const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const round = (figure: number): number => Math.round(figure * 1000) / 1000

/** Counts how somebody writes, text by text; keeps at most a hundred words, and those in memory only. */
export class StyleStatistics {
  readonly #words = new Intl.Segmenter(undefined, { granularity: 'word' })
  readonly #sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' })
  readonly #recent: string[] = []
  readonly #counts = new Map<string, number>()
  #messages = 0
  #wordCount = 0
  #sentenceCount = 0
  #withEmoji = 0
  #withExclamation = 0
  #withEnd = 0
  #formal = 0
  #cased = 0
  #lowercase = 0
  #richness = 0
  #windows = 0

  /** How many texts were counted. */
  get messages(): number {
    return this.#messages
  }

  /** Counts one text; one without a word in it says nothing of how somebody writes. */
  add(text: string): void {
    const words = [...this.#words.segment(text)]
      .filter(({ isWordLike }) => isWordLike === true)
      .map(({ segment }) => fold(segment))
    if (words.length === 0) return
    this.#messages += 1
    this.#wordCount += words.length
    for (const { segment } of this.#sentences.segment(text))
      if (firstLetter.test(segment)) this.#sentenceCount += 1
    if (emoji.test(text)) this.#withEmoji += 1
    if (exclamation.test(text)) this.#withExclamation += 1
    if (endMark.test(text)) this.#withEnd += 1
    const isFormal =
      words.some((word) => formalWords.has(word)) || formalEndings.some((end) => text.includes(end))
    if (isFormal) this.#formal += 1
    const first = firstLetter.exec(text)?.[0] ?? ''
    if (first.toLowerCase() !== first.toUpperCase()) {
      this.#cased += 1
      if (first === first.toLowerCase()) this.#lowercase += 1
    }
    for (const word of words) this.#remember(word)
  }

  #remember(word: string): void {
    this.#recent.push(word)
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1)
    if (this.#recent.length > windowWords) {
      const gone = this.#recent.shift() ?? ''
      const left = (this.#counts.get(gone) ?? 0) - 1
      if (left > 0) this.#counts.set(gone, left)
      else this.#counts.delete(gone)
    }
    if (this.#recent.length < windowWords) return
    this.#richness += this.#counts.size / windowWords
    this.#windows += 1
  }

  /** The figures so far. */
  features(): StyleFeatures {
    const messages = this.#messages
    const lowercase = share(this.#lowercase, this.#cased)
    const [emojis, exclamations] = [share(this.#withEmoji, messages), share(this.#withExclamation, messages)]
    const richness =
      this.#windows > 0 ? this.#richness / this.#windows : share(this.#counts.size, this.#recent.length)
    const sentenceLength = share(this.#wordCount, Math.max(this.#sentenceCount, messages))
    const formality =
      0.3 * share(this.#withEnd, messages) +
      0.15 * (1 - lowercase) +
      0.15 * (1 - emojis) +
      0.1 * (1 - exclamations) +
      0.1 * Math.min(1, sentenceLength / 15) +
      0.2 * Math.min(1, 2 * share(this.#formal, messages))
    return {
      avg_sentence_length: Math.round(sentenceLength * 10) / 10,
      formality_score: round(formality),
      emoji_frequency: round(emojis),
      vocabulary_richness: round(richness),
      avg_message_length: Math.round(share(this.#wordCount, messages) * 10) / 10,
      exclamation_frequency: round(exclamations),
      lowercase_frequency: round(lowercase),
    }
  }
}

/** The figures as an instruction for whoever is to write like this. */
export function describeStyle(features: StyleFeatures): string {
  const {
    avg_sentence_length: sentence,
    avg_message_length: length,
    formality_score: formality,
    emoji_frequency: emojis,
  } = features
  const tone = formality >= 0.66 ? 'formal' : formality >= 0.4 ? 'friendly and neutral' : 'casual'
  const signs =
    emojis < 0.05 ? 'no emojis' : emojis < 0.3 ? 'an emoji now and then' : 'emojis in most messages'
  const first = features.lowercase_frequency > 0.6 ? ', mostly beginning with a small letter' : ''
  return `Write in a ${tone} tone, about ${Math.max(3, Math.round(length))} words a message and ${Math.max(
    3,
    Math.round(sentence),
  )} a sentence, with ${signs}${first}.`
}
