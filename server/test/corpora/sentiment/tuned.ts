import type { SentimentTexts } from './sentiment-corpus.ts'

/** Ten texts for each language that the lexicon was mended on: what it knows, not what it would find elsewhere. */
export const tunedTexts: readonly SentimentTexts[] = [
  {
    language: 'en',
    positive: [
      'Thank you so much, the cake was delicious and everybody loved it!',
      'Best haircut I have had in years, very friendly staff. Highly recommend 👌',
      'Arrived a day early and works perfectly, I am really happy with it.',
      'Your team was so helpful and patient with my mum, we are very grateful.',
    ],
    neutral: [
      'Hi, what time do you open on Saturday?',
      'Please send the invoice to my office address, thanks',
      'I would like to move my appointment from Tuesday to Thursday.',
    ],
    negative: [
      'Still waiting for my order, this is the third time I am asking. Very disappointed.',
      'The pizza was cold and the driver was rude. Never again.',
      'It broke after two days and nobody answers my messages 😡',
    ],
  },
  {
    language: 'es',
    positive: [
      '¡Muchísimas gracias! La comida estuvo riquísima y el trato excelente.',
      'Quedé encantada con el corte, son unos profesionales 😍',
      'Llegó todo perfecto y antes de tiempo, muy recomendable.',
      'Da gusto tratar con gente tan amable y atenta.',
    ],
    neutral: [
      'Buenos días, ¿a qué hora cierran hoy?',
      '¿Me pueden mandar la lista de precios por favor?',
      'Necesito cambiar la cita del martes al jueves.',
    ],
    negative: [
      'Llevo una semana esperando y nadie me contesta, pésimo servicio.',
      'La pizza llegó fría y el repartidor fue muy grosero.',
      'Se rompió a los dos días, no lo recomiendo para nada.',
    ],
  },
  {
    language: 'pt',
    positive: [
      'Muito obrigada, o bolo estava delicioso e todos adoraram!',
      'Atendimento nota 10, pessoal super atencioso e educado.',
      'Chegou antes do prazo e funciona perfeitamente, amei ❤️',
      'Parabéns pelo trabalho, ficou lindo demais!',
    ],
    neutral: [
      'Boa tarde, vocês abrem aos domingos?',
      'Pode me mandar o endereço da loja, por favor?',
      'Queria remarcar meu horário para quinta-feira.',
    ],
    negative: [
      'Estou esperando há duas semanas e ninguém responde. Que decepção.',
      'A comida veio fria e o atendente foi muito grosso.',
      'Péssima qualidade, quebrou no segundo dia. Não recomendo.',
    ],
  },
  {
    language: 'fr',
    positive: [
      'Merci beaucoup, le gâteau était délicieux et tout le monde a adoré !',
      'Équipe très sympathique et professionnelle, je recommande vivement.',
      'Livraison rapide et produit conforme, je suis ravie.',
      'Un accueil chaleureux et un repas excellent, nous reviendrons !',
    ],
    neutral: [
      'Bonjour, à quelle heure fermez-vous ce soir ?',
      'Pouvez-vous m’envoyer le devis par mail ?',
      'Je voudrais déplacer mon rendez-vous à jeudi.',
    ],
    negative: [
      'J’attends ma commande depuis trois semaines, service client lamentable.',
      'La pizza était froide et le livreur désagréable, plus jamais.',
      'Très déçue, l’appareil est tombé en panne au bout de deux jours.',
    ],
  },
  {
    language: 'de',
    positive: [
      'Vielen Dank, die Torte war super lecker und alle waren begeistert!',
      'Sehr freundliche Beratung und tolle Arbeit, gerne wieder 👍',
      'Kam schneller als gedacht und funktioniert einwandfrei.',
      'Ich bin rundum zufrieden, kann euch nur weiterempfehlen.',
    ],
    neutral: [
      'Guten Tag, wann haben Sie am Samstag geöffnet?',
      'Können Sie mir die Rechnung bitte per Mail schicken?',
      'Ich müsste den Termin von Dienstag auf Donnerstag verschieben.',
    ],
    negative: [
      'Ich warte seit drei Wochen und keiner meldet sich, eine Frechheit.',
      'Das Essen war kalt und die Bedienung unfreundlich.',
      'Nach zwei Tagen kaputt, ich bin sehr enttäuscht.',
    ],
  },
  {
    language: 'it',
    positive: [
      'Grazie mille, la torta era buonissima e sono rimasti tutti contenti!',
      'Personale gentilissimo e servizio impeccabile, consigliatissimo.',
      'Arrivato in anticipo e funziona benissimo, sono davvero soddisfatta.',
      'Posto bellissimo, torneremo sicuramente 😊',
    ],
    neutral: [
      'Buongiorno, a che ora chiudete stasera?',
      'Mi può mandare il preventivo via mail?',
      'Vorrei spostare l’appuntamento a giovedì.',
    ],
    negative: [
      'Aspetto da tre settimane e nessuno risponde, una vergogna.',
      'La pizza era fredda e il cameriere maleducato.',
      'Si è rotto dopo due giorni, sono molto deluso.',
    ],
  },
  {
    language: 'nl',
    positive: [
      'Heel erg bedankt, de taart was heerlijk en iedereen vond hem prachtig!',
      'Super vriendelijk personeel en snelle service, echte aanrader.',
      'Netjes geleverd en het werkt perfect, ik ben erg tevreden.',
      'Wat een geweldige middag gehad bij jullie, tot de volgende keer!',
    ],
    neutral: [
      'Goedemorgen, hoe laat gaan jullie zaterdag open?',
      'Kunt u mij de factuur per mail sturen?',
      'Ik wil mijn afspraak graag verzetten naar donderdag.',
    ],
    negative: [
      'Ik wacht al drie weken en niemand reageert, waardeloos.',
      'Het eten was koud en de bediening onbeleefd.',
      'Na twee dagen kapot, erg teleurgesteld.',
    ],
  },
  {
    language: 'ru',
    positive: [
      'Огромное спасибо, торт был очень вкусный, все гости в восторге!',
      'Отличный сервис и вежливый персонал, рекомендую всем.',
      'Доставили быстро, всё работает прекрасно, я очень довольна.',
      'Мастер просто золото, лучший салон в городе ❤️',
    ],
    neutral: [
      'Здравствуйте, до скольки вы работаете в субботу?',
      'Пришлите, пожалуйста, счёт на почту.',
      'Можно перенести запись со вторника на четверг?',
    ],
    negative: [
      'Жду заказ третью неделю, никто не отвечает. Ужасный сервис.',
      'Пицца приехала холодная, курьер нахамил.',
      'Сломался через два дня, очень разочарована качеством.',
    ],
  },
  {
    language: 'ar',
    positive: [
      'شكرا جزيلا، الكيك كان لذيذ جدا والكل أعجبه',
      'خدمة ممتازة وموظفين محترمين، أنصح بالتعامل معهم',
      'وصل الطلب بسرعة والجودة رائعة، ما شاء الله',
      'تجربة جميلة جدا، الله يعطيكم العافية ❤️',
    ],
    neutral: [
      'السلام عليكم، متى تفتحون يوم السبت؟',
      'ممكن ترسل لي قائمة الأسعار؟',
      'أريد تغيير الموعد من الثلاثاء إلى الخميس',
    ],
    negative: [
      'أنتظر طلبي منذ ثلاثة أسابيع ولا أحد يرد، خدمة سيئة جدا',
      'الأكل وصل بارد والموظف كان وقح',
      'تعطل الجهاز بعد يومين، للأسف لا أنصح به',
    ],
  },
  {
    language: 'he',
    positive: [
      'תודה רבה, העוגה הייתה טעימה וכולם התלהבו!',
      'שירות מעולה וצוות אדיב, ממליצה בחום',
      'הגיע מהר ועובד מצוין, אני מאוד מרוצה',
      'היה מקסים, אתם אלופים ❤️',
    ],
    neutral: [
      'שלום, עד איזו שעה אתם פתוחים בשישי?',
      'אפשר לשלוח לי את החשבונית למייל?',
      'אני צריכה להעביר את התור מיום שלישי לחמישי',
    ],
    negative: [
      'אני מחכה כבר שלושה שבועות ואף אחד לא עונה, שירות גרוע',
      'האוכל הגיע קר והשליח היה חצוף',
      'התקלקל אחרי יומיים, ממש מאוכזבת',
    ],
  },
  {
    language: 'zh',
    positive: [
      '蛋糕非常好吃，大家都很喜欢，谢谢！',
      '服务态度很好，老板特别热情，强烈推荐',
      '发货很快，质量也不错，非常满意',
      '环境舒适，下次还会再来 👍',
    ],
    neutral: ['你好，请问周六几点开门？', '可以把价格表发给我吗？', '我想把预约从周二改到周四'],
    negative: [
      '等了三个星期还没到，客服也不回复，太差了',
      '披萨送来是冷的，送餐员态度恶劣',
      '用了两天就坏了，非常失望',
    ],
  },
  {
    language: 'ja',
    positive: [
      'ケーキとても美味しかったです！みんな大喜びでした。ありがとうございます',
      'スタッフの皆さんが親切で、対応も丁寧でした。おすすめです',
      '予定より早く届いて、品質も最高です',
      'とても楽しい時間を過ごせました。また行きます😊',
    ],
    neutral: [
      '土曜日は何時から営業していますか？',
      '請求書をメールで送ってください',
      '予約を火曜日から木曜日に変更したいです',
    ],
    negative: [
      '三週間待っても届かないし、返事もありません。最悪です',
      'ピザは冷めていて、配達員の態度も悪かった',
      '二日で壊れました。とても残念です',
    ],
  },
  {
    language: 'ko',
    positive: [
      '케이크 정말 맛있었어요! 다들 좋아했어요 감사합니다',
      '직원분들이 너무 친절하시고 서비스도 최고예요',
      '배송도 빠르고 품질도 좋아서 아주 만족합니다',
      '분위기도 예쁘고 또 가고 싶어요 ❤️',
    ],
    neutral: [
      '토요일은 몇 시에 문 여나요?',
      '가격표 좀 보내 주실 수 있나요?',
      '예약을 화요일에서 목요일로 바꾸고 싶습니다',
    ],
    negative: [
      '3주째 기다리는데 연락도 없고 정말 실망입니다',
      '음식은 식어 있고 직원은 불친절했어요',
      '이틀 만에 고장났어요. 최악이네요',
    ],
  },
  {
    language: 'hi',
    positive: [
      'बहुत बहुत धन्यवाद, केक बहुत स्वादिष्ट था और सबको पसंद आया!',
      'बहुत अच्छी सेवा और स्टाफ का व्यवहार शानदार है',
      'सामान समय से पहले आया और बढ़िया काम कर रहा है, मैं खुश हूँ',
      'आपका काम कमाल का है, सबको सलाह दूँगा 👍',
    ],
    neutral: [
      'नमस्ते, शनिवार को दुकान कितने बजे खुलती है?',
      'क्या आप मुझे कीमत की सूची भेज सकते हैं?',
      'मुझे अपना अपॉइंटमेंट मंगलवार से गुरुवार करना है',
    ],
    negative: [
      'तीन हफ्ते से इंतज़ार कर रहा हूँ, कोई जवाब नहीं देता, बहुत खराब सेवा',
      'खाना ठंडा था और डिलीवरी वाला बदतमीज़ था',
      'दो दिन में ही टूट गया, मैं बहुत निराश हूँ',
    ],
  },
  {
    language: 'tr',
    positive: [
      'Çok teşekkürler, pasta harikaydı ve herkes bayıldı!',
      'Personel çok ilgili ve güler yüzlü, kesinlikle tavsiye ederim',
      'Ürün erken geldi ve mükemmel çalışıyor, çok memnun kaldım',
      'Elinize sağlık, çok lezzetliydi 😊',
    ],
    neutral: [
      'Merhaba, cumartesi günü kaçta açılıyorsunuz?',
      'Fiyat listesini gönderebilir misiniz?',
      'Randevumu salıdan perşembeye almak istiyorum',
    ],
    negative: [
      'Üç haftadır bekliyorum, kimse cevap vermiyor, berbat bir hizmet',
      'Yemek soğuktu ve kurye çok kabaydı',
      'İki günde bozuldu, hiç memnun değilim',
    ],
  },
]
