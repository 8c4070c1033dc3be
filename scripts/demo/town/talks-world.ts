import type { Talk } from './talk.ts'

/** What was said in Spanish and Portuguese. */
export const romanceTalks: readonly Talk[] = [
  {
    phone: '13055550121',
    name: 'Lucía Marín',
    line: 'desk',
    minutesAgo: 11,
    unread: 1,
    text: `
      < Buenos días, ¿arreglan bicicletas eléctricas?
      > Buenos días, Lucía. Sí, de casi todas las marcas. ¿Qué le pasa a la suya?
      < La batería ya no carga
      < [photo orange] Es esta
      > Tráigala cuando quiera, la revisión es gratis.
      --
      < ¿Puedo pasar hoy a las cinco?`,
  },
  {
    phone: '13055550122',
    name: 'Diego Herrera',
    line: 'desk',
    minutesAgo: 75,
    text: `
      < Hola, ¿cuánto cuesta alquilar dos bicis el sábado?
      > Hola, Diego: 19 cada una por todo el día, con casco y candado.
      < Perfecto, resérveme dos, por favor
      > Hecho. Le esperamos a las diez.
      < [place] ¿Es aquí?
      > Justo ahí, la puerta verde.`,
  },
  {
    phone: '13055550123',
    name: 'Carmen Ibáñez',
    line: 'desk',
    minutesAgo: 420,
    text: `
      < [voice] Hola, la rueda de atrás está torcida. ¿Cuánto cuesta repararla?
      > Gracias, Carmen. El presupuesto son 84 con piezas incluidas.
      < De acuerdo, adelante`,
  },
  {
    phone: '13055550124',
    name: 'Andrés Quiroga',
    line: 'shop',
    minutesAgo: 33,
    unread: 2,
    text: `
      < ¿Tienen el casco en talla S?
      > Sí, en negro y en blanco.
      < En blanco, por favor
      < ¿Y hacen factura a nombre de empresa?`,
  },
  {
    phone: '13055550125',
    name: 'Sofía Beltrán',
    line: 'shop',
    minutesAgo: 880,
    text: `
      < Mi pedido llegó hoy, todo perfecto
      > ¡Qué bien! Gracias por avisar, Sofía.`,
  },
  {
    phone: '13055550126',
    name: 'Mateo Rivas',
    line: 'shop',
    minutesAgo: 3300,
    text: `
      < ¿Hay descuento para estudiantes?
      > Un diez por ciento con el carné, Mateo.`,
  },
  {
    phone: '16175550131',
    name: 'Beatriz Nogueira',
    line: 'desk',
    minutesAgo: 17,
    unread: 1,
    text: `
      < Bom dia! Vocês têm vaga para revisão esta semana?
      > Bom dia, Beatriz! Quinta às nove ou sexta às quatro.
      < Sexta é melhor
      > Marcado para sexta às quatro.
      --
      < Posso levar também a bicicleta do meu filho?`,
  },
  {
    phone: '16175550132',
    name: 'Rafael Tavares',
    line: 'desk',
    minutesAgo: 190,
    text: `
      < Olá, a corrente está pulando na subida
      > Olá, Rafael. Deve estar gasta. Traga que medimos na hora.
      < [photo rose] Olha o estado dela
      > Essa já deu o que tinha que dar. Corrente e cassete ficam em 67.`,
  },
  {
    phone: '16175550133',
    name: 'Inês Carvalho',
    line: 'shop',
    minutesAgo: 55,
    text: `
      < O cadeado chegou, mas falta a chave reserva
      > Peço desculpa, Inês. Mando hoje mesmo.
      < Muito obrigada`,
  },
  {
    phone: '16175550134',
    name: 'João Pimentel',
    line: 'shop',
    minutesAgo: 1250,
    text: `
      < Aceitam Pix?
      > Aceitamos, e cartão também.
      < [pdf comprovante.pdf] Segue o comprovante`,
  },
  {
    phone: '16175550135',
    name: 'Helena Duarte',
    line: 'shop',
    minutesAgo: 6100,
    text: `
      < Quando volta a jaqueta azul?
      > Na semana que vem, Helena. Aviso assim que chegar.`,
  },
]

/** What was said in Hebrew, Chinese and Arabic. */
export const farTalks: readonly Talk[] = [
  {
    phone: '17185550141',
    name: 'נועה ברק',
    line: 'desk',
    minutesAgo: 9,
    unread: 2,
    text: `
      < שלום, אתם פתוחים ביום שישי?
      > שלום נועה, כן, מתשע עד שתיים.
      < מעולה. יש לכם אופניים לילדה בת 8?
      > [photo teal] בטח. הדגם הזה מתאים, 20 אינץ׳.
      --
      < היא התאהבה בו
      < אפשר לשמור לנו עד שישי?`,
  },
  {
    phone: '17185550142',
    name: 'איתי לוין',
    line: 'desk',
    minutesAgo: 130,
    text: `
      < התיקון מוכן?
      > מוכן מהבוקר, 45 הכול יחד.
      < תודה! אגיע אחרי ארבע`,
  },
  {
    phone: '17185550143',
    name: 'שירה אלון',
    line: 'shop',
    minutesAgo: 64,
    unread: 1,
    text: `
      < הזמנתי כפפות במידה M וקיבלתי L
      > סליחה על הטעות, שירה. נשלח היום את המידה הנכונה.
      < תודה. מה עושים עם הזוג הזה?`,
  },
  {
    phone: '17185550144',
    name: 'דניאל כץ',
    line: 'shop',
    minutesAgo: 2100,
    text: `
      < יש משלוחים לחיפה?
      > כן, יומיים עד שלושה.`,
  },
  {
    phone: '14155550151',
    name: '王晓燕',
    line: 'desk',
    minutesAgo: 14,
    unread: 1,
    text: `
      < 您好，请问可以租双人自行车吗？
      > 您好！可以，一天45，含头盔。
      < 太好了，周日上午可以吗？
      > 可以，已经为您留了一辆，九点开门。
      --
      < [place] 我们住在这里，能送过来吗？`,
  },
  {
    phone: '14155550152',
    name: '李志强',
    line: 'desk',
    minutesAgo: 310,
    text: `
      < 我的刹车有声音
      > 请今天带过来，我们免费检查。
      < 好的，下午三点到`,
  },
  {
    phone: '14155550153',
    name: '陈美玲',
    line: 'shop',
    minutesAgo: 41,
    text: `
      < [photo violet] 这款还有货吗？
      > 还有两件，M和L。
      < 我要M，谢谢`,
  },
  {
    phone: '14155550154',
    name: '张伟',
    line: 'shop',
    minutesAgo: 3900,
    text: `
      < 发票可以开公司抬头吗？
      > 可以，请把抬头发给我们。`,
  },
  {
    phone: '13135550161',
    name: 'ليلى منصور',
    line: 'desk',
    minutesAgo: 27,
    unread: 1,
    text: `
      < مرحبا، هل تصلحون دراجات الأطفال؟
      > أهلا ليلى، نعم، تعالي في أي وقت قبل السادسة.
      < كم يكلف تبديل الإطار؟`,
  },
  {
    phone: '13135550162',
    name: 'كريم حداد',
    line: 'desk',
    minutesAgo: 2400,
    text: `
      < شكرا على الخدمة السريعة
      > شكرا لك كريم، على الرحب والسعة.`,
  },
  {
    phone: '13135550163',
    name: 'رنا سليم',
    line: 'shop',
    minutesAgo: 5100,
    text: `
      < هل يمكن استبدال الخوذة؟
      > نعم، خلال ثلاثين يوما.`,
  },
]
