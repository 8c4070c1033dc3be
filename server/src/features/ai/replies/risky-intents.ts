/** Why a person should read a reply before it leaves. */
export type RiskyIntent = 'money' | 'contract' | 'legal' | 'complaint' | 'emergency' | 'health' | 'privacy'

/** How such wishes begin in the languages of the product, at the beginning of a word; with a dot, a whole word. */
const openings: Readonly<Record<RiskyIntent, string>> = {
  money: `refund, money back, chargeback, compensat, overcharg, double charge, reembols, devoluc, devolv, cobro doble,
    indemniz, estorn, rembours, dedommag, rückerstatt, erstattung, geld zurück, entschädig, rimbors, risarc, terugbetal,
    geld terug, zwrot pieniędzy, odszkodow, возврат, верните деньги, компенсац, iade., para iadesi, tazminat, استرداد,
    استرجاع, תחזיר, החזר, 退款, 退钱, 赔偿, 返金, 払い戻し, 환불, 배상, रिफंड, पैसे वापस`,
  contract: `cancel my, cancel the contract, cancel the subscription, cancel the order, terminate, cancelar mi,
    cancelar el, cancelar o., cancelar a., cancelar meu, cancelar minha, rescind, résilier, annuler ma, annuler mon,
    annuler la, kündig, widerruf, stornier, disdett, annullare, opzeg, annuleer, wypowied, расторг, отменить заказ,
    отменить договор, отменить подписку, iptal, الغاء, إلغاء, לבטל, ביטול, 取消订单, 解约, 解約, キャンセル, 해지, 취소, रद्द`,
  legal: `lawyer, attorney, sue you, lawsuit, legal action, in court, to court, abogad, una demanda, a juicio, advogad,
    processar voc, avocat, tribunal, porter plainte, anwalt, klage., verklag, vor gericht, strafanzeige, avvocat,
    denuncia, advocaat, rechtszaak, prawnik, do sądu, адвокат, юрист, в суд., в суде., avukat, mahkeme, dava aç, محامي,
    محكمة, עורך דין, תביעה, 律师, 起诉, 法院, 弁護士, 訴え, 변호사, 고소, 소송, वकील, अदालत`,
  complaint: `complain, unacceptable, scam, fraud, ripped off, queja, reclamac, reclamo, reclamar, estafa, inaceptable,
    inaceitável, arnaque, inadmissible, beschwer, betrug, unverschämt, truffa, inaccettabil, klacht, oplicht, skarg,
    oszust, жалоб, обман, мошен, şikayet, dolandır, شكوى, احتيال, תלונה, הונאה, 投诉, 骗, 苦情, 詐欺, 불만, 사기, शिकायत,
    धोखा`,
  emergency: `emergency, accident, fire., gas leak, suicid, kill myself, emergencia, emergência, accidente, acidente,
    fuga de gas, incendio, fuite de gaz, notfall, unfall, gasgeruch, selbstmord, emergenza, incidente., noodgeval,
    ongeluk, wypadek, pożar, авария, пожар, самоубий, acil., kaza., yangın, طوارئ, حادث, انتحار, חירום, תאונה, התאבד,
    紧急, 事故, 自杀, 緊急, 自殺, 응급, 사고, 자살, आपातकाल, दुर्घटना, आत्महत्या`,
  health: `allerg, side effect, overdose, pregnan, alergi, embaraz, efectos secundarios, grávid, enceinte,
    effets secondaires, schwanger, nebenwirkung, incinta, effetti collaterali, zwanger, bijwerking, w ciąży, аллерг,
    беремен, побочн, alerji, hamile, حساسية, حامل, אלרגי, הריון, 过敏, 怀孕, 副作用, アレルギー, 妊娠, 알레르기, 임신, 부작용,
    एलर्जी, गर्भ`,
  privacy: `delete my data, my personal data, gdpr, borrar mis datos, mis datos personales, lgpd, apagar meus dados,
    supprimer mes données, rgpd, dsgvo, meine daten löschen, cancellare i miei dati, mijn gegevens verwijder,
    usunąć moje dane, rodo., удалить мои данные, kvkk, verilerimi sil, حذف بياناتي, למחוק את המידע, 删除我的数据,
    個人情報を削除, 개인정보 삭제, डेटा हटा`,
}

const fold = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()
/** Only these scripts have beginnings of words: others write without spaces, or letters before the word. */
const hasBeginnings = /^[a-zа-яı]/u

const patterns = Object.entries(openings).map(([intent, list]) => {
  const parts = list.split(',').map((part) => fold(part.trim().replaceAll(/\s+/g, ' ')))
  const strict = parts
    .filter((part) => hasBeginnings.test(part))
    .map((part) => (part.endsWith('.') ? `${part.slice(0, -1)}(?!\\p{L})` : part))
  const loose = parts.filter((part) => !hasBeginnings.test(part))
  return {
    intent: intent as RiskyIntent,
    pattern: new RegExp(`(?<!\\p{L})(?:${strict.join('|')})|${loose.join('|')}`, 'u'),
  }
})

/** What in a message a machine should not answer by itself. */
export function findRiskyIntents(text: string): RiskyIntent[] {
  const folded = fold(text)
  return patterns.filter(({ pattern }) => pattern.test(folded)).map(({ intent }) => intent)
}
