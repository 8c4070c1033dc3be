const start = '(?<![\\p{L}\\p{N}])'
const word = "[^\\p{L}\\p{N}\\n.!?]{1,3}[\\p{L}\\p{N}'-]{1,16}"
const apart = '[^\\p{L}\\p{N}\\n.!?]{1,3}'
const near = `(?:${word}){0,4}${apart}`
const close = `(?:${word}){0,3}${apart}`
const negated = "(?<!(?<![\\p{L}])(?:not|never|n't|no|nao|ne|nu|nie|nicht|niet|не|non|ikke|inte|μην) )"
const notAfter = '(?! (?:nicht|niet|nie|ne|not|no|nu|ikke|inte)(?!\\p{L}))'
const noTail = '(?![^.!?\\n]{0,12}(?<![\\p{L}])(?:nicht|niet|ikke|inte)(?![\\p{L}]))'

/** Stems of one language: what is done to the rules, what the rules are called, and what makes them the machine's own. */
interface Override {
  verbs: string
  rules: string
  whose: string
}

/** Folded stems, for languages in which the verb of an order comes first. */
const overrides: readonly Override[] = [
  {
    verbs:
      'ignor|olvid|descart|desestim|omit|desobedec|no sigas|no respetes|no hagas caso|haz caso omiso|deja de seguir',
    rules: 'instruc|indicac|reglas|ordenes|directri|normas|restriccion|consignas',
    whose: 'anterior|previ|original|inicial|recibid|tus|todas|del sistema|te (?:dieron|han dado)',
  },
  {
    verbs: 'ignor|esquec|desconsider|descart|desobedec|nao sig|nao obedec|deixe de seguir',
    rules: 'instruc|regras|orientac|diretriz|comandos|normas|restric',
    whose: 'anterior|previ|original|inicia|recebe|suas|tuas|todas|do sistema|te deram',
  },
  {
    verbs:
      'ignor|oubli|neglig|ne (?:suis|suivez|respectez?) (?:pas|plus)|ne (?:tenez|tiens|tient) (?:pas|plus) compte|fais abstraction|faites abstraction|fais fi',
    rules: 'instruction|consigne|regles|directive|restriction',
    whose: 'precedent|anterieur|ci-dessus|initial|origin|systeme|recu|tes|vos|toutes',
  },
  {
    verbs:
      'ignorier|vergiss|vergess|missacht|ubergeh|befolge? (?:nicht|keine)|halte dich nicht(?: mehr)? an|brich',
    rules: 'anweisung|instruktion|regeln|vorgabe|befehle|richtlinie|beschrankung',
    whose: 'vorherig|bisherig|obig|fruher|vorangegangen|vorig|alle|deine|system|erhalten|urspr',
  },
  {
    verbs: 'ignor|dimentic|trascur|tralasc|non segui|non rispett|scorda|disattend',
    rules: 'istruzion|regole|indicazion|direttiv|restrizion',
    whose: 'precedent|sopra|inizial|original|sistema|ricevut|tue|tutte|ti hanno dat',
  },
  {
    verbs: 'negeer|vergeet|volg niet|overtreed|laat los',
    rules: 'instructie|regels|aanwijzing|richtlijn',
    whose: 'vorige|eerdere|bovenstaande|voorgaande|alle|je|jouw|uw|systeem',
  },
  {
    verbs: 'zignoruj|ignoruj|zapomnij|pomin|odrzuc|nie przestrzegaj',
    rules: 'instrukcj|polece|zasad|regul|wytyczn',
    whose: 'poprzedni|wczesniejsz|powyzsz|wszystki|swoje|swoich|twoje|twoich|systemow',
  },
  {
    verbs: 'ignoruj|zapomen|zapomn|zabudn|nedbej|nerid se',
    rules: 'pokyn|instrukc|pravid|prikaz|nariz',
    whose: 'predchoz|drivejs|vsech|vsetk|predosl|sve|svoj|tvoje|systemov|puvodn',
  },
  {
    verbs: 'ignor|uita|nesocot|omite',
    rules: 'instructiun|reguli|indicati',
    whose: 'anterioar|preceden|toate|tale|initial|sistem|primit',
  },
  {
    verbs: 'hagyd figyelmen kivul|felejtsd el|ignorald|mellozd',
    rules: 'utasitas|szabaly|iranyelv|parancs',
    whose: 'korabbi|eddigi|elozo|osszes|fenti|minden|eredeti',
  },
  {
    verbs: 'αγνοησ|ξεχασ|παραβλεψ|παρακαμψ',
    rules: 'οδηγι|κανον|εντολ',
    whose: 'προηγουμεν|ολες|ολους|αρχικ|παραπανω|σου',
  },
  {
    verbs: 'ignorer|glom|bortse|glem|se bort|strunta',
    rules: 'instruktion|instruks|regler|reglerna|anvisning|riktlinj|retningslinj',
    whose: 'tidigar|foregaend|alla|tidliger|forrig|alle|dina|dine|ovan|system',
  },
  {
    verbs: 'unohda|ohita|jata huomiotta|ala noudata',
    rules: 'ohje|saant|saann|kasky|maarays',
    whose: 'aiemm|edellis|kaikki|ylla|alkuperais|sinun|aikaisem',
  },
  {
    verbs: '(?:про)?игнориру|забудь|отброс|не следу|не обращаи внимани|не выполня|не соблюда|нарушь',
    rules: 'инструкц|указан|правил|команд|приказ|директив|ограничен',
    whose: 'предыдущ|прошл|прежн|все|всех|вышеуказ|системн|свои|твои|полученн|ранее',
  },
  {
    verbs: 'ігнору|забудь|відкинь|не зважа|не дотриму',
    rules: 'інструкц|вказівк|правил|команд|наказ',
    whose: 'попередн|усі|всі|своі|твоі|системн',
  },
  {
    verbs: 'bo qua|quen|phot lo|dung (?:tuan theo|lam theo)',
    rules: 'huong dan|chi dan|lenh|chi thi|quy tac|quy dinh',
    whose: 'truoc|o tren|ban dau|tat ca|cac|cua ban|he thong',
  },
  {
    verbs: 'abaikan|lupakan|acuhkan|jangan ikuti',
    rules: 'instruksi|perintah|aturan|arahan|peraturan',
    whose: 'sebelum|di atas|awal|sistem|semua|anda|kamu|yang diberikan',
  },
  {
    verbs: 'puuza|sahau|usifuate',
    rules: 'maagizo|maelekezo|sheria|amri',
    whose: 'awali|yote|zote|yako|zako',
  },
  {
    verbs: 'kalimutan|huwag pansinin|balewalain',
    rules: 'tagubilin|utos|patakaran|panuto',
    whose: 'nauna|lahat|dati|iyong',
  },
]

/** Orders to drop the machine's rules, each pattern tried at the beginning of words. */
export const overridePatterns: readonly string[] = [
  ...overrides.map(
    ({ verbs, rules, whose }) =>
      `${start}${negated}(?:${verbs})\\p{L}{0,4}${notAfter}${near}(?:(?:${whose})\\p{L}{0,5}${close}(?:${rules})\\p{L}{0,6}|(?:${rules})\\p{L}{0,6}${close}(?:${whose}))${noTail}`,
  ),
  // Everything that was said, unless the speaker means their own words.
  `${start}${negated}(?:ignor|olvid|esquec|desconsider|oubli|dimentic|vergiss|vergeet|ignorier|забудь|zapomn|ignoruj)\\p{L}{0,4} (?:todo|tudo|tutto|tout|alles|все|wszystko|vsechno)(?![^.!?\\n]{0,16}(?<![\\p{L}])(?:eu|yo|ich|ik|io|je|я|dije|disse)(?![\\p{L}]))[^.!?\\n]{0,24}(?<![\\p{L}])(?:antes|anterior|prima|avant|vorher|davor|bisher|eerder|ранее|до этого|wczesniej|predtim)`,
]

/** The same where the verb comes last, or words are not set apart. */
export const lateOverridePatterns: readonly string[] = [
  `(?:onceki|yukaridaki|tum|butun|sistem|eski|verilen)\\p{L}{0,4}${close}(?:talimat|kural|komut|yonerge)\\p{L}{0,9} (?:unut|yok say|gormezden gel|goz ardi et|dikkate alma|bos ?ver|birak|uyma)`,
  '(?:talimat|yonerge|komut|kural)(?:larini|lerini) (?:unut|yok say|gormezden gel|goz ardi et|dikkate alma|bos ?ver)',
  '(?:sistem)[^.!?\\n]{0,24}(?:kurallari|talimatlari) (?:unut|yok say|bos ?ver)',
  `(?<![\\p{L}])(?:התעל|שכח|תתעל|תשכח|אל ת)\\p{L}{0,4}${near}[ומבה]{0,3}(?:הוראות|הנחיות|כללים|פקודות)`,
  `(?:تجاهل|انس|انسي|اهمل|لا تتبع|تخطي?)${near}(?:ال)?(?:تعليمات|توجيهات|اوامر|قواعد|ارشادات)`,
  '(?:دستور|قوانین|قواعد)[^.!?؟\\n]{0,20}(?:قبلی|پیشین|بالا|خود)?[^.!?؟\\n]{0,12}(?:نادیده|فراموش)',
  '(?:پچھلی|سابقہ|تمام|اپنی)[^.!?؟\\n]{0,16}(?:ہدایات|احکامات)[^.!?؟\\n]{0,12}(?:نظر ?انداز|بھول)',
  '(?:पिछले|पहले|पुराने|उपरोक्त|सभी|सारे|अपने|तुम्हारे|आपके)[^।.!?\\n]{0,20}(?:निर्देश|नियम|आदेश)[^।.!?\\n]{0,16}(?:अनदेखा|नजरअंदाज|भूल|उपेक्षा)',
  '(?:আগের|পূর্ববর্তী|সমস্ত|তোমার)[^।.!?\\n]{0,16}(?:নির্দেশ|আদেশ)[^।.!?\\n]{0,12}(?:উপেক্ষা|ভুলে|অগ্রাহ্য)',
  '(?:忽略|无视|無視|忘记|忘記|忘掉|忽視|忽视|别管|抛开|不用管|不要(?:理会|遵守|管))[^。！？\\n]{0,14}(?:指令|指示|提示词|规则|規則|命令|设定|設定|限制)',
  '(?:이전|위의?|모든|앞의|기존|지금까지의?|너의|당신의|원래)[^.!?\\n]{0,12}(?:지시|명령|지침|프롬프트|규칙)[^.!?\\n]{0,8}(?:무시|잊)',
]

const promptNoun =
  '(?:prompt (?:de |del |do |di )?(?:tu |seu )?sist\\p{L}*|prompt syst\\p{L}*|syste+m-?prompt\\p{L}*|prompt\\p{L}{0,3} systemow\\p{L}*|system\\p{L}{0,4} prompt\\p{L}*|systemanweisung\\p{L}*|системн\\p{L}+ (?:промпт|подсказ|инструкц|сообщен)\\p{L}*|системнии промпт\\p{L}*|sistem (?:komut|istem|prompt|talimat)\\p{L}*|prompt (?:sistem|he thong))'

/** Asking for the machine's own orders. */
export const revealPatterns: readonly string[] = [
  `${start}(?:muestra|revela|imprime|repite|dime|ensena|mostr|revel|imprim|affich|montr|donn|zeig|gib|nenn|verrat|toon|geef|pokaz|ukaz|zobraz|arat|mutasd|δειξε|visa|vis|nayta|покажи|выведи|назови|раскрои|повтори|tampilkan|tunjukkan|hien thi|cho)\\p{L}{0,4}${near}${promptNoun}`,
  `${promptNoun}[^.!?\\n]{0,12}(?:goster|yazdir|soyle|yaz(?![\\p{L}]))`,
  `(?:اعرض|اظهر|اكتب|اكشف)[^.!?؟\\n]{0,12}(?:تعليمات النظام|التعليمات الاصلية|موجه النظام)`,
  `(?:הצג|הראה|תראה|חשוף|הדפס)[^.!?\\n]{0,16}(?:הנחיות המערכת|הוראות המערכת|הפרומפט)`,
  '(?:系统提示|系統提示|提示词|提示詞|系统指令|初始指令)[^。！？\\n]{0,8}(?:输出|輸出|显示|顯示|告诉|告訴|发给|發給|打印|说出|复述)',
]

const freedom =
  '(?:restric\\p{L}+|filtr\\p{L}+|filter\\p{L}*|limit\\p{L}*|regeln|regels|regras|reglas|regles|regole|zasad|ograniczen|einschrank\\p{L}+|beschrank\\p{L}+|restrizion\\p{L}+|beperking\\p{L}*|ограничен\\p{L}+|правил|фильтров|обмежен\\p{L}+|omezen\\p{L}*|begransning\\p{L}*|rajoituk\\p{L}+)'

/** A machine that is told to have no rules. */
export const freedomPatterns: readonly string[] = [
  `${start}(?:ia|ai|ki|ии|ші|asistente?|assistente?|assistent|assistant|chatbot|бот)${near}(?:sin|sem|sans|senza|ohne|zonder|bez|без|utan|uden|uten|fara) (?:\\p{L}{1,10} )?${freedom}`,
  '(?:没有|沒有|不受|无|無)(?:任何)?(?:限制|约束|約束|规则|規則)的?[^。！？\\n]{0,2}(?:ai|人工智能|助手|模型)',
  '(?:制限の(?:ない|無い)|無制限の)[^。！？\\n]{0,4}(?:ai|アシスタント)(?:です|だ|として|になって|になり)',
  '(?:제한|규칙)(?:이|은)? ?없는 ?(?:ai|인공지능|챗봇)(?:야|다|입니다|로|처럼|이)',
]
