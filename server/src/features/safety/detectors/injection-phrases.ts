import {
  freedomPatterns,
  lateOverridePatterns,
  overridePatterns,
  revealPatterns,
} from './injection-languages.ts'
import { type Phrase, PhraseIndex } from './phrase-index.ts'

/** A family of things that are said to language models to turn them. */
export interface PhraseFamily {
  id: string
  phrases: readonly Phrase[]
}

const gap = "(?:[^\\p{L}\\p{N}\\n.!?]{1,3}[\\p{L}\\p{N}'-]{1,16}){0,4}[^\\p{L}\\p{N}\\n.!?]{1,3}"
const short = "(?:[^\\p{L}\\p{N}\\n.!?]{1,3}[\\p{L}\\p{N}'-]{1,16}){0,2}[^\\p{L}\\p{N}\\n.!?]{1,3}"
const start = '(?<![\\p{L}\\p{N}])'
/** At the beginning of a line. */
const line = '(?<=(?:^|\\n) {0,3})'

/** What begins with a word is looked for at the beginning of words only. */
function of(...sources: string[]): Phrase[] {
  return sources.map((source) => {
    const isAtWord = source.startsWith(start)
    return { source: isAtWord ? source.slice(start.length) : source, isAtWord }
  })
}

const rules =
  '(?:instructions?|prompts?|rules|guidelines|directives?|directions given to you|programming|training|constraints|restrictions|guardrails|safeguards|(?:content )?polic(?:y|ies)|safety (?:rules|guidelines|filters?))'
const before =
  '(?:previous|prior|above|earlier|preceding|foregoing|initial|original|existing|current|system|developer|all|any|every|these|those|your|the safety)'

/** Folded: lower case, without accents, without invisible characters, one kind of space. */
export const phraseFamilies: readonly PhraseFamily[] = [
  {
    id: 'override',
    phrases: of(
      `${start}(?<!(?:not|never|n't) )(?:ignore|disregard|forget|override|bypass|neglect|dismiss|discard|do not follow|don't follow|stop following|pay no attention to)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,3}[^\\p{L}\\n.!?]{1,3}${before}${short}${rules}`,
      `${start}(?:ignore|disregard|forget|override|bypass)[^\\p{L}\\n.!?]{1,3}(?:all|everything)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,4}[^\\p{L}\\n.!?]{1,3}(?:told|instructed|said before|before this|above this)`,
      `${start}(?:ignore|disregard|forget) everything (?:above|before)`,
      `${start}(?<!(?:not|never|n't) )(?:ignore|disregard|forget|stop following)(?: all| the| any| these| your| those){0,2} (?:instructions?|prompts?|rules|guidelines)(?: that)? (?:you|given|received|above|before|from (?:the|your) (?:system|developer))`,
      `${start}(?<!(?:not|never|n't) )(?:set aside|put aside|abandon|drop|break|violate|suspend|disobey)(?: all| the| any| these| those){0,2}(?: (?:previous|prior|earlier|your|safety|existing|original))* ${rules}(?: that)? ?(?:you|given|above|before|and)`,
      `${start}(?:ignore|disregard|forget) (?:what|everything|anything|all)(?: that)? (?:(?:your|the) (?:developers?|creators?|makers?|operators?|owners?|programmers?|company)|you (?:were|have been|had been))(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,2}[^\\p{L}\\n.!?]{1,3}(?:told|said|instructed|taught|programmed|trained)`,
      `${start}(?:your|all|any)(?: of your| the)? (?:previous|prior|earlier|old|former|existing|initial|original) ${rules} (?:are|is|were|no longer|do not|don't)[^.!?\\n]{0,16}(?:void|cancel|invalid|apply|revoked|obsolete|overruled|lifted|expired)`,
      `${start}(?:disregard|ignore) (?:everything|all|anything)(?: that (?:is|stands|comes|was))?(?: written)? (?:above|before) (?:this|the)`,
      `${start}(?:disable|turn off|switch off|deactivate|remove|lift)(?: all| any| the| your){0,2} (?:(?:safety|content|moderation|ethic(?:s|al)|security) (?:filters?|checks?|polic(?:y|ies)|rules|guidelines|restrictions?|safeguards?|controls?)|guardrails|safeguards)`,
      `${start}you (?:must|should|can|will) (?:now )?(?:ignore|disregard|forget) (?:all |any )?(?:your|the|previous) ${rules}`,
      // Without anything between the words.
      '(?:ignore|disregard|forget)(?:all|any|the|your|my)*(?:previous|prior|above|earlier|system|original)(?:instructions?|prompts?|rules|guidelines)',
    ),
  },
  {
    id: 'override_other_languages',
    phrases: of(
      `${start}(?:ignor[ae]n?|olvid[ae]n?|descart[ae]|desestim[ae]|omit[ae]|no (?:sigas|hagas caso))${gap}(?:instrucciones|indicaciones|reglas|ordenes|directrices)${short}(?:anteriores|previas|originales|iniciales|del sistema|recibidas)`,
      `${start}(?:olvid[ae]n?|ignor[ae]n?|esquec[ae]|dimentica|oubli[ez]{1,2}|vergiss) (?:todo lo|tudo (?:o que veio )?|tutto quello che|tout ce qui|alles,? was)(?: \\p{L}{1,10}){0,2} ?(?:anterior|antes|prima|precede|davor|vorher)`,
      `${start}(?:ignor[ae]|esquec[ae]|desconsider[ae]|descart[ae]|nao siga)${gap}(?:instrucoes|regras|orientacoes|diretrizes|comandos)${short}(?:anteriores|previas|originais|iniciais|do sistema|acima)`,
      `${start}(?:ignor[ez]{1,2}|oubli[ez]{1,2}|ne (?:suis|suivez) (?:pas|plus)|ne (?:tenez|tiens|tient) (?:pas|plus) compte)${gap}(?:instructions|consignes|regles|directives)${short}(?:precedentes|anterieures|ci-dessus|initiales|d'origine|du systeme)`,
      `${start}(?:ignorier[et]{0,2}|vergiss|vergesst|missachte|ubergehe|befolge nicht)${gap}(?:vorherige|bisherige|obige|fruhere|vorangegangene|vorigen|alle|deine|system)${gap.replace('{0,4}', '{0,2}')}(?:anweisungen|instruktionen|regeln|vorgaben|befehle|anleitungen|richtlinien)`,
      `${start}(?:vergiss|ignoriere) alle[sn]?(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}]{1,12}){0,3}[^\\p{L}\\n.!?]{1,3}(?:anweisungen|regeln|instruktionen|vorgaben)`,
      `${start}(?:ignora|dimentica|trascura|tralascia|non seguire)${gap}(?:istruzioni|regole|indicazioni|direttive)${short}(?:precedenti|sopra|iniziali|originali|di sistema|ricevute)`,
      `${start}(?:negeer|vergeet|sla)${gap}(?:vorige|eerdere|bovenstaande|voorgaande|alle)${short}(?:instructies|regels|aanwijzingen|opdrachten)`,
      `${start}(?:zignoruj|ignoruj|zapomnij)${gap}(?:poprzednie|wczesniejsze|powyzsze|wszystkie|poprzednich|wszystkich)${short}(?:instrukcje|polecenia|zasady|instrukcji|instrukcjach|zasad)`,
      `${start}(?:ignorera|glom|bortse fran|ignorer|glem|se bort fra)${gap}(?:tidigare|foregaende|alla|tidligere|forrige|alle)${short}(?:instruktioner|instruktionerna|regler|instruksjoner|anvisninger)`,
      `${start}(?:onceki|yukaridaki|tum)${gap}(?:talimatlari|talimatlarin|kurallari|komutlari|yonergeleri)${short}(?:unut|yok say|gormezden gel|goz ardi et|dikkate alma)`,
      `${start}(?:abaikan|lupakan|acuhkan)${gap}(?:instruksi|perintah|aturan|arahan)${short}(?:sebelumnya|di atas|awal|sistem)`,
      `${start}(?:bo qua|quen|phot lo)${gap}(?:huong dan|chi dan|lenh|chi thi|quy tac)${short}(?:truoc|o tren|ban dau)`,
      `(?:игнорируи|проигнорируи|забудь|отбрось|не следуи)(?:те)?${gap}(?:предыдущи|прошлы|прежни|все|вышеуказанн|системн)[\\p{L}]{0,4}${short}(?:инструкц|указан|правил|команд)`,
      `(?:ігноруи|забудь)${gap}(?:попередні|усі|всі)[\\p{L}]{0,3}${short}(?:інструкц|вказівк|правил)`,
      `(?:התעלם|התעלמי|התעלמו|שכח|שכחי|תתעלם)${gap}(?:ההוראות|הוראות|ההנחיות|הנחיות|הכללים|הנחיה)`,
      `(?:تجاهل|انس|انسى|اهمل)${gap}(?:التعليمات|تعليمات|التوجيهات|الاوامر|القواعد|الارشادات)`,
      '(?:忽略|无视|無視|忘记|忘記|不要理会|不要遵守|忽視)[^。！？\\n]{0,12}(?:指令|指示|提示|规则|規則|说明|命令|設定|设定)',
      '(?:指示|命令|プロンプト|ルール|指令|設定)[^。！？\\n]{0,8}(?:を|は)?(?:すべて|全て|全部)?(?:無視|忘れ|破棄)',
      '(?:이전|위의?|모든|앞의|기존)[^.!?\\n]{0,12}(?:지시|명령|지침|프롬프트|규칙|지시사항)[^.!?\\n]{0,8}(?:무시|잊)',
      '(?:पिछले|पहले|उपरोक्त|सभी)[^।.!?\\n]{0,20}(?:निर्देश|नियम|आदेश)[^।.!?\\n]{0,16}(?:अनदेखा|नजरअंदाज|भूल|उपेक्षा)',
      '(?:ละเว้น|เพิกเฉย|ลืม|ไม่ต้องสนใจ)[^\\n]{0,16}(?:คำสั่ง|คำแนะนำ|กฎ)',
    ),
  },
  { id: 'override_by_table', phrases: of(...overridePatterns, ...lateOverridePatterns) },
  { id: 'reveal_other_languages', phrases: of(...revealPatterns) },
  { id: 'freedom_other_languages', phrases: of(...freedomPatterns) },
  {
    id: 'reveal_prompt',
    phrases: of(
      `${start}(?:reveal|show|print|repeat|output|display|leak|expose|disclose|tell me|give me|write out|recite|dump|what(?:'s| is| are| was| were))(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,3}[^\\p{L}\\n.!?]{1,3}(?:your|the) (?:(?:full|entire|exact|complete|secret|whole) )?(?:system|initial|hidden|original|secret|developer|internal|underlying|base) (?:prompt|instructions?|message|rules|directives?|configuration)`,
      `${start}(?:translate|summari[sz]e|describe|quote|paraphrase|encode|spell|write|copy|list)(?: me| out| down){0,2} (?:all )?(?:of )?(?:your|the) (?:(?:full|entire|exact|complete|own) )?(?:(?:system|initial|hidden|original|secret|developer|internal|underlying) (?:prompt|instructions?|message|rules|directives?)|context window)`,
      `${start}(?:reveal|show|print|repeat|output|display|tell me|give me|quote|copy|what(?:'s| is| are))(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,3}[^\\p{L}\\n.!?]{1,3}(?:your (?:system message|context window|pre-?prompt)|(?:prompts?|instructions?) (?:that |which )?you (?:were|have been|are) (?:started|given|initiali[sz]ed|configured|set up|loaded|programmed|primed))`,
      `${start}(?:write|print|output|spell|encode|repeat) your (?:instructions?|rules|prompt|guidelines) (?:backwards|in reverse|verbatim|word for word|in (?:base64|hex|rot13|code))`,
      `${start}(?:reveal|leak|disclose|output|dump) (?:all )?your (?:own )?(?:instructions?|prompt|rules|directives|configuration)`,
      `${start}(?:repeat|print|output) (?:everything|all the text|the (?:text|words)) (?:above|before)`,
      `${start}(?:muestra|muestrame|revela|imprime|repite|dime|enseña|ensena)${gap}(?:prompt|instrucciones) (?:de sistema|del sistema|inicial|iniciales|ocultas|secretas|originales)`,
      `${start}(?:mostre|revele|imprima|repita|diga)${gap}(?:prompt|instrucoes) (?:de sistema|do sistema|inicial|iniciais|ocultas|secretas)`,
      `${start}(?:affiche|revele|montre|repete|donne)${gap}(?:prompt|instructions) (?:systeme|du systeme|initiale?s?|cachees|secretes|d'origine)`,
      `${start}(?:zeige?|verrate?|nenne?|gib|wiederhole?)${gap}(?:system-?prompt|systemanweisung(?:en)?|system-?nachricht|geheimen anweisungen|urspr[uü]nglichen anweisungen)`,
      `${start}(?:mostra|rivela|ripeti|stampa|dimmi)${gap}(?:prompt|istruzioni) (?:di sistema|del sistema|iniziali|nascoste|segrete)`,
      '(?:покажи|раскрои|выведи|повтори|назови)[^.!?\\n]{0,20}(?:системн[\\p{L}]{0,4} (?:промпт|подсказк|инструкц|сообщен)|скрыт[\\p{L}]{0,4} инструкц)',
      '(?:显示|顯示|输出|輸出|告诉我|告訴我|透露|重复|打印)[^。！？\\n]{0,10}(?:系统提示|系統提示|初始指令|系统指令|隐藏的?指令|提示词)',
      '(?:システムプロンプト|初期プロンプト|内部の?指示)[^。！？\\n]{0,6}(?:を|は)?(?:表示|出力|教え|見せ|公開|開示)',
      '(?:시스템 ?프롬프트|초기 ?지시|숨겨진 ?지시)[^.!?\\n]{0,8}(?:보여|출력|알려|공개|말해)',
    ),
  },
  {
    id: 'role_change',
    phrases: of(
      `${start}you are (?:now|no longer)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}'-]{1,14}){0,4}[^\\p{L}\\n.!?]{1,3}(?:dan|unrestricted|unfiltered|uncensored|jailbroken|jailbreak|developer mode|evil|without (?:any )?(?:restrictions?|rules|filters?|limits|limitations)|bound by|restricted by|free (?:from|of))`,
      `${start}(?:an? )?(?:ai|assistant|chatbot|language model|model|bot)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,4}[^\\p{L}\\n.!?]{1,3}(?:without|with no|free of|free from|not bound by)(?: any| all){0,1}(?: \\p{L}{1,10}){0,1} (?:restrictions?|rules|filters?|limits|limitations|polic(?:y|ies)|censorship|guidelines|guardrails)`,
      `${start}(?:where|in which|as if|now|and)? ?you have no (?:restrictions?|rules|filters?|limits|limitations|guidelines|guardrails)`,
      `${start}if you(?:'re| are) (?:an? )?(?:ai|llm|language model|ai (?:assistant|agent|model))(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,12}){0,3}[^\\p{L}\\n.!?]{1,3}(?:reading|processing|seeing|parsing|summari[sz]ing)`,
      `${start}(?:note|message|attention|instructions?|hint|notice)(?: to| for|,)?(?: the| any| all| every)? (?:ai(?: agents?| models?| assistants?)?|llms?|large language models?|language models?)(?![\\p{L}])(?=[ ,:.;-]|$)`,
      `${start}you are no longer (?:an? )?(?:ai|assistant|chatbot|language model|support (?:agent|bot))`,
      `${start}(?:act|behave|respond|answer|speak|roleplay|role-play|pretend|imagine)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}'-]{1,14}){0,6}[^\\p{L}\\n.!?]{1,3}(?:dan\\b|unrestricted|unfiltered|uncensored|jailbroken|(?:no|without|has no|have no|without any)[^\\p{L}]{1,3}(?:ethical |moral |safety |content |any )?(?:restrictions?|rules|filters?|limits|limitations|guidelines|guardrails|constraints))`,
      `${start}do anything now`,
      `${start}(?:enable|enter|activate|switch (?:to|into)|start|turn on) (?:the )?(?:developer|god|admin|sudo|root|dan|jailbreak|unrestricted) mode(?! on (?:my|the|your))`,
      `${start}(?:developer|debug|god|dan|jailbreak|sudo) mode (?:is )?(?:enabled|activated|on)(?=[.!,;\\n]|$)`,
      `${start}(?:ahora eres|a partir de ahora eres|actua como|agora voce e|aja como|tu es (?:maintenant|desormais)|agis comme|du bist (?:jetzt|nun|ab jetzt)|verhalte dich wie|ora sei|comportati come|ты теперь|веди себя как)${gap}(?:dan|sin (?:restricciones|filtros|limites|reglas)|sem (?:restricoes|filtros|limites|regras)|sans (?:restrictions?|filtres?|limites?|regles)|ohne (?:einschrankungen|beschrankungen|filter|regeln)|uneingeschrankt|senza (?:restrizioni|filtri|limiti|regole)|без (?:ограничении|фильтров|правил))`,
      '你现在是[^。！？\\n]{0,12}(?:没有限制|不受限制|无限制|DAN|dan)',
      '(?:制限のない|無制限の)[^。！？\\n]{0,6}(?:ai|アシスタント)(?:として|になって)',
    ),
  },
  {
    id: 'role_marker',
    phrases: of(
      '<\\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id)\\|>',
      '\\[/?inst\\]',
      '<</?sys>>',
      '</?(?:system|assistant|system_prompt|system-prompt|instructions|developer)>',
      `${line}#{1,4} ?(?:system|instruction|new instructions?|assistant|response)(?: prompt| message)? ?:`,
      `${line}\\[?(?:system|assistant|developer)(?: (?:prompt|message|override|note))?\\]? ?: ?(?:you|ignore|the user|from now|respond|do|reveal|act|new|override|disregard|always|never|all|grant|admin)(?![\\p{L}])`,
      '(?:begin|start|end) (?:of )?(?:the )?(?:system|hidden|user|new) (?:prompt|instructions?)',
      `${line}\\[(?:system|admin|developer)\\] ?:? ?(?:you|ignore|the user|from now|respond|do|reveal|act|new|override|disregard|grant)(?![\\p{L}])`,
      `${line}'''(?:system|prompt|instructions?) ?\\n`,
      `${line}(?:ai|llm)(?: agents?| models?| assistants?)? ?:`,
      `${line}assistant ?:[^\\n]{1,200}\\n {0,3}(?:human|user) ?:`,
      `${line}(?:human|user) ?:[^\\n]{1,200}\\n {0,3}assistant ?:`,
    ),
  },
  {
    id: 'new_instructions',
    phrases: of(
      `${start}(?:your )?(?:new|updated|real|actual|true) (?:instructions?|directives?|system prompt|orders) (?:are|is|for you|follow)`,
      `${start}(?<=(?:^|[\\n.!?]) {0,3})(?:new|updated|real) (?:system )?(?:instructions?|prompt) ?:`,
      `${start}from now on,? (?:you (?:will|must|shall|are to|should)|always|only) (?:only |always |never |ignore|obey|respond|answer|reply|act|refuse|comply|follow)`,
      `${start}(?:you must|you will|always) (?:obey|comply with) (?:me|my|all|every|the following)`,
      `${start}(?:tus nuevas instrucciones son|suas novas instrucoes sao|tes nouvelles instructions sont|vos nouvelles instructions sont|deine neuen anweisungen (?:sind|lauten)|le tue nuove istruzioni sono|твои новые инструкции|נגדיר הוראות חדשות|ההוראות החדשות שלך|تعليماتك الجديدة|你的新指令|新しい指示は)`,
    ),
  },
  {
    id: 'exfiltration',
    phrases: of(
      `${start}(?:send|forward|post|upload|email|transmit|leak|exfiltrate)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}']{1,14}){0,3}[^\\p{L}\\n.!?]{1,3}(?:conversation history|chat history|conversation log|system prompt|api keys?|credentials|secrets|user data|private data|contact list|environment variables|passwords)${gap}?(?:to|at|via)${short.replace('{1,3}', '{0,3}')}(?:https?:|www\\.|[\\w.+-]{1,64}@|this (?:url|address|webhook|server|endpoint|email|number)|the following)`,
      `${start}(?:call|invoke|use|run|execute) (?:the )?[\\w-]{2,30} (?:tool|function|plugin) (?:and|to) (?:send|delete|transfer|forward|leak|exfiltrate)`,
      '!\\[[^\\]\\n]{0,60}\\]\\(https?://[^)\\n]{1,200}[?&][\\w-]{1,20}=(?:\\{|\\[|<|%7b|\\$)',
    ),
  },
  {
    id: 'decode_and_follow',
    phrases: of(
      `${start}(?:decode|decrypt|base64-decode|unscramble|de-?obfuscate|translate)(?:[^\\p{L}\\n.!?]{1,3}[\\p{L}\\d'-]{1,14}){0,6}[^\\p{L}\\n.!?]{1,3}(?:and|then)[^\\p{L}\\n.!?]{1,3}(?:then )?(?:follow|execute|obey|run|do (?:what|as)|carry out|perform)`,
    ),
  },
]

/** All of them, for one look at a text. */
export const phraseIndex = new PhraseIndex(phraseFamilies.flatMap(({ phrases }) => phrases))
