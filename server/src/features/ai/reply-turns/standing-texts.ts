/** What the product says by itself, where a tenant says nothing else. */
interface StandingTexts {
  /** A machine writes (EU AI Act, article 50); stands before its first answer to somebody. */
  disclosure: string
  handOver: string
}

const english: StandingTexts = {
  disclosure: 'This is an automatic reply written by an AI assistant.',
  handOver: 'I am passing this on to a colleague, who will get back to you.',
}

const texts: Readonly<Record<string, StandingTexts>> = {
  en: english,
  es: {
    disclosure: 'Esta es una respuesta automática escrita por un asistente de IA.',
    handOver: 'Paso su mensaje a un compañero, que se pondrá en contacto con usted.',
  },
  pt: {
    disclosure: 'Esta é uma resposta automática escrita por um assistente de IA.',
    handOver: 'Vou encaminhar a sua mensagem a um colega, que entrará em contato.',
  },
  fr: {
    disclosure: 'Ceci est une réponse automatique rédigée par un assistant IA.',
    handOver: 'Je transmets votre message à un collègue, qui reviendra vers vous.',
  },
  de: {
    disclosure: 'Dies ist eine automatische Antwort, geschrieben von einem KI-Assistenten.',
    handOver: 'Ich gebe das an eine Kollegin oder einen Kollegen weiter; wir melden uns bei Ihnen.',
  },
  it: {
    disclosure: 'Questa è una risposta automatica scritta da un assistente IA.',
    handOver: 'Passo il suo messaggio a un collega, che la ricontatterà.',
  },
  nl: {
    disclosure: 'Dit is een automatisch antwoord, geschreven door een AI-assistent.',
    handOver: 'Ik geef dit door aan een collega, die contact met u opneemt.',
  },
  pl: {
    disclosure: 'To jest automatyczna odpowiedź napisana przez asystenta AI.',
    handOver: 'Przekazuję tę wiadomość koledze, który się z Państwem skontaktuje.',
  },
  ru: {
    disclosure: 'Это автоматический ответ, написанный ИИ-ассистентом.',
    handOver: 'Я передаю ваше сообщение коллеге, он свяжется с вами.',
  },
  tr: {
    disclosure: 'Bu, bir yapay zekâ asistanı tarafından yazılmış otomatik bir yanıttır.',
    handOver: 'Mesajınızı bir çalışma arkadaşıma iletiyorum, size geri dönecek.',
  },
  ar: {
    disclosure: 'هذا رد تلقائي كتبه مساعد يعمل بالذكاء الاصطناعي.',
    handOver: 'سأحيل رسالتك إلى أحد الزملاء وسيتواصل معك.',
  },
  he: {
    disclosure: 'זוהי תשובה אוטומטית שנכתבה על ידי עוזר בינה מלאכותית.',
    handOver: 'אני מעביר את ההודעה שלך לנציג שיחזור אליך.',
  },
  hi: {
    disclosure: 'यह एक एआई सहायक द्वारा लिखा गया स्वचालित उत्तर है।',
    handOver: 'मैं आपका संदेश एक सहकर्मी को भेज रहा हूँ, वे आपसे संपर्क करेंगे।',
  },
  zh: {
    disclosure: '这是由人工智能助手撰写的自动回复。',
    handOver: '我会把您的消息转给同事，他们会与您联系。',
  },
  ja: {
    disclosure: 'これはAIアシスタントによる自動返信です。',
    handOver: '担当者に引き継ぎますので、折り返しご連絡いたします。',
  },
  ko: {
    disclosure: '이 메시지는 AI 상담원이 작성한 자동 답변입니다.',
    handOver: '담당자에게 전달해 드리겠습니다. 곧 연락드리겠습니다.',
  },
}

/** The standing texts in a language, given as ISO 639-1; English where there is none. */
export function standingTextsIn(language: string | null): StandingTexts {
  return texts[language ?? 'en'] ?? english
}

/** Whether a text says by itself that a machine of this product wrote it. */
export function disclosesMachine(text: string): boolean {
  return Object.values(texts).some(({ disclosure }) => text.includes(disclosure))
}
