import type { SentimentTexts } from './sentiment-corpus.ts'

/** Ten texts for each language that were written when the lexicon was done, and that it was not mended on. */
export const unseenTexts: readonly SentimentTexts[] = [
  {
    language: 'en',
    positive: [
      'Just picked up the car, it looks brand new! You guys are brilliant.',
      'Our guests were still talking about your catering the next morning, everything was gorgeous and so fresh',
      'Sorry for the late message, I only wanted to say how pleased we are with the kitchen',
      'Not a single thing to complain about, fantastic week at your place',
    ],
    neutral: [
      'Do you deliver to the harbour district as well?',
      'I will come by around five to collect the keys',
      'The order number is 48213, it was for two pairs of curtains',
    ],
    negative: [
      'You promised Friday, then Monday, now it is Wednesday. I want my money back.',
      'The room smelled of smoke and the shower did not work for the whole stay',
      'Honestly the worst customer service I have ever dealt with',
    ],
  },
  {
    language: 'es',
    positive: [
      'Quería felicitarlos, la fiesta quedó hermosa y los chicos no paraban de reír',
      'El técnico fue puntual, explicó todo y dejó la cocina impecable.',
      'La segunda vez que compro y otra vez de maravilla, gracias de corazón',
      'Qué sitio tan bonito, y el desayuno una delicia 😋',
    ],
    neutral: [
      '¿Hacen envíos a las islas?',
      'Paso mañana a recoger el paquete sobre las cinco',
      'El número de mi pedido es 48213, son dos cortinas grises',
    ],
    negative: [
      'Me cobraron dos veces y llevo días llamando sin que nadie se haga cargo',
      'La habitación olía a humedad y el aire acondicionado estaba estropeado',
      'Prometieron el viernes y todavía nada, una vergüenza',
    ],
  },
  {
    language: 'pt',
    positive: [
      'Gente, que capricho! As crianças ficaram encantadas com a decoração',
      'O técnico foi pontual, explicou tudo e deixou a casa limpinha. Recomendo demais',
      'Já é a terceira vez que compro com vocês e sempre dá tudo certo 🥰',
      'Hotel maravilhoso, café da manhã incrível, já quero voltar',
    ],
    neutral: [
      'Vocês entregam no bairro Santa Luzia?',
      'Passo aí amanhã por volta das cinco para retirar a encomenda',
      'O número do pedido é 48213, são duas cortinas cinza',
    ],
    negative: [
      'Fui cobrada duas vezes e ninguém resolve, um absurdo',
      'O quarto estava com cheiro de mofo e o chuveiro não esquentava',
      'Prometeram para sexta e até agora nada da minha encomenda',
    ],
  },
  {
    language: 'fr',
    positive: [
      'Les enfants étaient aux anges, quelle belle fête grâce à vous',
      'Artisan ponctuel, travail soigné, prix honnête. Je garde votre numéro !',
      'Toujours aussi bon, on ne s’en lasse pas 😋',
      'Un séjour inoubliable, la chambre était magnifique et le personnel aux petits soins',
    ],
    neutral: [
      'Livrez-vous aussi dans la banlieue nord ?',
      'Je passe demain vers dix-sept heures pour récupérer le colis',
      'Le numéro de commande est 48213, il s’agit de deux rideaux gris',
    ],
    negative: [
      'On m’a débité deux fois et personne ne veut rien savoir, c’est scandaleux',
      'La chambre sentait le moisi et la douche ne marchait pas',
      'Promis pour vendredi, nous sommes mercredi et toujours rien',
    ],
  },
  {
    language: 'de',
    positive: [
      'Die Kinder waren hin und weg, so ein schönes Fest hatten wir noch nie',
      'Der Monteur war pünktlich, hat alles erklärt und sauber hinterlassen. Daumen hoch!',
      'Schon zum dritten Mal bestellt und wieder alles bestens',
      'Traumhafte Unterkunft, das Frühstück war ein Gedicht 😋',
    ],
    neutral: [
      'Liefern Sie auch nach Potsdam?',
      'Ich komme morgen gegen fünf vorbei und hole das Paket ab',
      'Die Bestellnummer ist 48213, es geht um zwei graue Vorhänge',
    ],
    negative: [
      'Mir wurde zweimal abgebucht und keiner fühlt sich zuständig, das ist unverschämt',
      'Im Zimmer roch es nach Schimmel und die Dusche ging nicht',
      'Versprochen war Freitag, heute ist Mittwoch und es kam nichts',
    ],
  },
  {
    language: 'it',
    positive: [
      'I bambini erano al settimo cielo, festa meravigliosa grazie a voi',
      'Tecnico puntuale e preparato, ha lasciato tutto pulitissimo. Bravi!',
      'È la terza volta che ordino e sempre una certezza, complimenti',
      'Camera splendida e colazione da sogno 😍',
    ],
    neutral: [
      'Consegnate anche in zona stazione?',
      'Passo domani verso le cinque a ritirare il pacco',
      'Il numero d’ordine è 48213, sono due tende grigie',
    ],
    negative: [
      'Mi avete addebitato due volte e nessuno si degna di rispondere',
      'La camera puzzava di muffa e la doccia non funzionava',
      'Promesso per venerdì, oggi è mercoledì e ancora niente',
    ],
  },
  {
    language: 'nl',
    positive: [
      'De kinderen vonden het fantastisch, wat een leuk feest was dat',
      'Monteur was op tijd, legde alles duidelijk uit en liet het netjes achter. Top!',
      'Al de derde keer besteld en weer helemaal goed gekomen 😊',
      'Prachtige kamer en een heerlijk ontbijt, we komen graag terug',
    ],
    neutral: [
      'Bezorgen jullie ook in Haarlem?',
      'Ik kom morgen rond vijf uur het pakket ophalen',
      'Het bestelnummer is 48213, het gaat om twee grijze gordijnen',
    ],
    negative: [
      'Er is twee keer afgeschreven en niemand voelt zich verantwoordelijk, schandalig',
      'De kamer stonk naar schimmel en de douche deed het niet',
      'Vrijdag beloofd, nu is het woensdag en er is nog niks',
    ],
  },
  {
    language: 'ru',
    positive: [
      'Дети были счастливы, праздник получился чудесный, вы волшебники!',
      'Мастер приехал вовремя, всё объяснил и убрал за собой. Советую',
      'Третий раз заказываю и снова всё идеально 👍',
      'Номер просторный и чистый, завтраки очень вкусные, вернёмся обязательно',
    ],
    neutral: [
      'А вы доставляете за город?',
      'Заеду завтра около пяти забрать посылку',
      'Номер заказа 48213, там две серые шторы',
    ],
    negative: [
      'С меня списали деньги дважды, и никому нет дела. Безобразие',
      'В номере пахло плесенью, душ не работал все три дня',
      'Обещали в пятницу, сегодня среда, и тишина',
    ],
  },
  {
    language: 'ar',
    positive: [
      'الأولاد كانوا طايرين من الفرحة، الحفلة كانت رائعة بفضلكم',
      'الفني وصل في الموعد وشرح كل شيء وترك المكان نظيف، أنصح به',
      'ثالث مرة أطلب منكم وكل مرة أحسن من قبل 👏',
      'الغرفة فخمة والفطور لذيذ، تجربة لا تنسى',
    ],
    neutral: [
      'هل عندكم توصيل خارج المدينة؟',
      'سأمر غدا حوالي الخامسة لاستلام الطرد',
      'رقم الطلب 48213 وهو ستارتان رماديتان',
    ],
    negative: [
      'خصمتم المبلغ مرتين ولا أحد يهتم، هذا استهتار بالزبائن',
      'الغرفة كانت رائحتها كريهة والدش لا يعمل',
      'وعدتم يوم الجمعة واليوم الأربعاء ولم يصل شيء',
    ],
  },
  {
    language: 'he',
    positive: [
      'הילדים היו בעננים, מסיבה מהממת בזכותכם',
      'הטכנאי הגיע בזמן, הסביר הכול והשאיר נקי. ממליץ',
      'פעם שלישית שאני מזמינה ושוב הכול מושלם 😍',
      'חדר יפהפה וארוחת בוקר נהדרת, בטוח נחזור',
    ],
    neutral: [
      'אתם עושים משלוחים גם לצפון?',
      'אעבור מחר בסביבות חמש לאסוף את החבילה',
      'מספר ההזמנה 48213, שני וילונות אפורים',
    ],
    negative: [
      'חייבתם אותי פעמיים ואף אחד לא מטפל בזה, בושה',
      'בחדר היה ריח של עובש והמקלחת לא עבדה',
      'הבטיחו ליום שישי, היום רביעי ועדיין כלום',
    ],
  },
  {
    language: 'zh',
    positive: [
      '孩子们玩得特别开心，派对办得太漂亮了',
      '师傅准时到，讲解清楚，走的时候还把地方收拾得干干净净',
      '第三次下单了，一如既往地好，五星好评',
      '房间宽敞明亮，早餐也很丰富，值得再来',
    ],
    neutral: ['郊区可以送货吗？', '我明天五点左右过去取包裹', '订单号是48213，两幅灰色窗帘'],
    negative: [
      '重复扣了两次钱，打电话没人管，太过分了',
      '房间有霉味，淋浴也是坏的',
      '说好周五，今天都周三了，什么都没有',
    ],
  },
  {
    language: 'ja',
    positive: [
      '子どもたちが大はしゃぎで、本当に素敵なパーティーになりました',
      '時間通りに来てくださり、説明もわかりやすくて、安心してお任せできました',
      '三回目の注文ですが、今回も大満足です',
      '部屋は広くて綺麗、朝食も絶品でした',
    ],
    neutral: [
      '郊外にも配達していますか？',
      '明日の五時頃、荷物を受け取りに伺います',
      '注文番号は48213、グレーのカーテン二枚です',
    ],
    negative: [
      '二重に請求されたのに、誰も対応してくれません',
      '部屋がカビ臭くて、シャワーも出ませんでした',
      '金曜日の約束だったのに、水曜日になっても何の連絡もない',
    ],
  },
  {
    language: 'ko',
    positive: [
      '아이들이 너무 신나했어요, 파티 정말 예쁘게 꾸며 주셨네요',
      '기사님이 시간 맞춰 오셔서 설명도 잘해 주시고 깔끔하게 마무리해 주셨어요',
      '세 번째 주문인데 이번에도 대만족이에요',
      '방도 넓고 조식도 훌륭했습니다, 꼭 다시 올게요',
    ],
    neutral: [
      '외곽 지역도 배달되나요?',
      '내일 다섯 시쯤 택배 찾으러 갈게요',
      '주문 번호는 48213이고 회색 커튼 두 장입니다',
    ],
    negative: [
      '두 번 결제됐는데 아무도 책임지지 않네요, 정말 어이없습니다',
      '방에서 곰팡이 냄새가 나고 샤워기도 고장이었어요',
      '금요일에 준다더니 수요일인데 아직도 소식이 없네요',
    ],
  },
  {
    language: 'hi',
    positive: [
      'बच्चे बहुत खुश हुए, पार्टी बेहद खूबसूरत थी, आप सबका आभार',
      'मिस्त्री समय पर आया, सब समझाया और जगह साफ करके गया',
      'तीसरी बार मंगवाया और हर बार की तरह बढ़िया निकला 👌',
      'कमरा सुंदर था और नाश्ता लाजवाब, ज़रूर फिर आएंगे',
    ],
    neutral: [
      'क्या आप शहर के बाहर भी भेजते हैं?',
      'मैं कल पाँच बजे के आसपास पैकेट लेने आऊँगा',
      'ऑर्डर नंबर 48213 है, दो स्लेटी पर्दे',
    ],
    negative: [
      'दो बार पैसे कट गए और कोई सुनने वाला नहीं है, शर्म की बात है',
      'कमरे में बदबू थी और शावर खराब था',
      'शुक्रवार का वादा था, आज बुधवार है और अब तक कुछ नहीं आया',
    ],
  },
  {
    language: 'tr',
    positive: [
      'Çocuklar havalara uçtu, harika bir parti oldu sayenizde',
      'Usta tam zamanında geldi, her şeyi anlattı, ortalığı tertemiz bıraktı',
      'Üçüncü siparişim ve yine her şey kusursuz 👏',
      'Oda çok şıktı, kahvaltı da enfesti, yine geleceğiz',
    ],
    neutral: [
      'Şehir dışına da gönderim yapıyor musunuz?',
      'Yarın beş gibi paketi almaya uğrarım',
      'Sipariş numarası 48213, iki gri perde',
    ],
    negative: [
      'İki kere para çektiniz ve kimse ilgilenmiyor, tam bir rezalet',
      'Odada küf kokusu vardı, duş da çalışmıyordu',
      'Cuma günü dediniz, bugün çarşamba ve hâlâ ortada bir şey yok',
    ],
  },
]
