import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { languages } from '../src/words/languages.ts'
import { entries } from '../src/words/vocabulary.ts'
import { startClient } from './client.ts'

/** The same six questions in all languages, in the order of the first row. */
const questions: Readonly<Record<string, readonly string[]>> = {
  en: [
    'When do you open?',
    'How much is shipping?',
    'Can I return the shoes?',
    'Is there parking?',
    'I forgot my password',
    'Do you have vegan dishes?',
  ],
  es: [
    '¿A qué hora abren?',
    '¿Cuánto cuesta el envío?',
    '¿Puedo devolver los zapatos?',
    '¿Hay aparcamiento?',
    'Olvidé mi contraseña',
    '¿Tienen platos veganos?',
  ],
  pt: [
    'A que horas abrem?',
    'Quanto custa o envio?',
    'Posso devolver os sapatos?',
    'Há estacionamento?',
    'Esqueci minha senha',
    'Vocês têm pratos veganos?',
  ],
  fr: [
    'Quand ouvrez-vous ?',
    'Combien coûte la livraison ?',
    'Puis-je retourner les chaussures ?',
    'Y a-t-il un parking ?',
    'J’ai oublié mon mot de passe',
    'Avez-vous des plats végétariens ?',
  ],
  de: [
    'Wann habt ihr geöffnet?',
    'Was kosten Lieferungen?',
    'Kann ich die Schuhe zurückgeben?',
    'Gibt es Parkplätze?',
    'Ich habe mein Passwort vergessen',
    'Habt ihr vegane Gerichte?',
  ],
  it: [
    'A che ora aprite?',
    'Quanto costa la spedizione?',
    'Posso restituire le scarpe?',
    'C’è un parcheggio?',
    'Ho dimenticato la password',
    'Avete piatti vegani?',
  ],
  nl: [
    'Wanneer zijn jullie open?',
    'Wat kost de verzending?',
    'Kan ik de schoenen retourneren?',
    'Is er parkeerplaats?',
    'Ik ben mijn wachtwoord vergeten',
    'Hebben jullie vegan gerechten?',
  ],
  ru: [
    'Когда вы открыты?',
    'Сколько стоит доставка?',
    'Можно вернуть обувь?',
    'Есть ли парковка?',
    'Я забыл пароль',
    'Есть ли веганские блюда?',
  ],
  ar: [
    'متى تفتح؟',
    'بكم التوصيل؟',
    'هل يمكنني إرجاع الحذاء؟',
    'هل يوجد موقف سيارات؟',
    'نسيت كلمة المرور',
    'هل لديكم وجبات نباتية؟',
  ],
  he: [
    'מתי אתם פתוחים?',
    'כמה עולה המשלוח?',
    'אפשר להחזיר את הנעליים?',
    'יש חניה?',
    'שכחתי סיסמה',
    'יש מנות טבעוניות?',
  ],
  zh: ['你们几点开门？', '送货多少钱？', '鞋子可以退货吗？', '有停车场吗？', '我忘记密码了', '有素食菜吗？'],
  ja: [
    '営業は何時からですか',
    '送料はいくらですか',
    '靴を返品できますか',
    '駐車場はありますか',
    'パスワードを忘れました',
    'ヴィーガン料理はありますか',
  ],
  ko: [
    '몇 시에 영업하나요?',
    '배송 가격이 얼마예요?',
    '신발을 반품할 수 있나요?',
    '주차할 수 있나요?',
    '비밀번호를 잊어버렸어요',
    '비건 메뉴가 있나요?',
  ],
  hi: [
    'आप कब खुलते हैं?',
    'डिलीवरी की कीमत क्या है?',
    'क्या मैं जूते वापस कर सकता हूँ?',
    'क्या पार्किंग है?',
    'मैं अपना पासवर्ड भूल गया',
    'क्या शाकाहारी भोजन है?',
  ],
  tr: [
    'Saat kaçta açılıyor?',
    'Kargo ücreti ne kadar?',
    'Ayakkabıyı iade edebilir miyim?',
    'Otopark var mı?',
    'Şifremi unuttum',
    'Vegan yemek var mı?',
  ],
}

const cosine = (left: readonly number[], right: readonly number[]): number =>
  left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)

const lengthOf = (vector: readonly number[]): number => Math.sqrt(cosine(vector, vector))

describe('embeddings', () => {
  test('every meaning has words in all fifteen languages', () => {
    const byConcept = Map.groupBy(entries, ({ concept }) => concept)
    assert.ok(byConcept.size >= 80)
    for (const [concept, rows] of byConcept) {
      assert.deepEqual(new Set(rows.map(({ language }) => language)), new Set(languages), concept)
    }
  })

  test('what means the same in another language is nearest', async () => {
    await using client = await startClient()
    const english = await client.embed('sim-embed', questions['en'] ?? [])
    assert.deepEqual(Object.keys(questions).sort(), [...languages].sort())
    for (const [language, texts] of Object.entries(questions)) {
      const vectors = await client.embed('sim-embed', texts)
      const nearest = vectors.map((vector) => {
        const near = english.map((other) => cosine(vector, other))
        return near.indexOf(Math.max(...near))
      })
      assert.deepEqual(nearest, [0, 1, 2, 3, 4, 5], language)
    }
  })

  test('have the length one, and are the same for the same text in every simulator', async () => {
    await using client = await startClient()
    await using other = await startClient()
    const texts = ['When do you open?', 'zzyzx', '', '!!!'].filter((text) => text !== '')
    const vectors = await client.embed('sim-embed', texts)
    for (const vector of vectors) assert.ok(Math.abs(lengthOf(vector) - 1) < 1e-4)
    assert.deepEqual(await other.embed('sim-embed', texts), vectors)
  })

  test('of another model are elsewhere, and have as many dimensions as its name or the request says', async () => {
    await using client = await startClient()
    const [first] = await client.embed('sim-embed', ['When do you open?'])
    const [second] = await client.embed('sim-embed-b', ['When do you open?'])
    const [small] = await client.embed('sim-embed-96', ['When do you open?'])
    assert.deepEqual([first?.length, second?.length, small?.length], [384, 384, 96])
    assert.ok(Math.abs(cosine(first ?? [], second ?? [])) < 0.3)
    const asked = await client.post('/v1/embeddings', { model: 'sim-embed', input: 'x', dimensions: 12 })
    assert.equal(JSON.parse(asked.text).data[0].embedding.length, 12)
  })

  test('words that nobody knows are near to those that are spelled alike', async () => {
    await using client = await startClient()
    const [word, alike, other] = await client.embed('sim-embed', ['zorblaxian', 'zorblaxians', 'quimperette'])
    assert.ok(cosine(word ?? [], alike ?? []) > cosine(word ?? [], other ?? []) + 0.2)
  })

  test('come as numbers or as base64, one for each text in its order', async () => {
    await using client = await startClient()
    const plain = await client.embed('sim-embed', ['one', 'two'])
    const { text } = await client.post('/v1/embeddings', {
      model: 'sim-embed',
      input: ['one', 'two'],
      encoding_format: 'base64',
    })
    const encoded = JSON.parse(text).data.map(({ embedding }: { embedding: string }) => {
      const bytes = Buffer.from(embedding, 'base64')
      return [...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]
    })
    const rounded = encoded.map((vector: number[]) => vector.map((value) => Math.round(value * 1e6) / 1e6))
    assert.deepEqual(rounded, plain)
  })

  test('of nothing are refused', async () => {
    await using client = await startClient()
    for (const input of ['', [], [''], 7, null]) {
      const { status } = await client.post('/v1/embeddings', { model: 'sim-embed', input })
      assert.equal(status, 400, JSON.stringify(input))
    }
  })
})
