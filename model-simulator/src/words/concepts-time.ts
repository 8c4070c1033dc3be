/** Days, times and how long things take; the form is that of the words of shops. */
export const timeConcepts: Readonly<Record<string, string>> = {
  sunday:
    'en sunday sundays | es domingo domingos | pt domingo domingos | fr dimanche dimanches | de sonntag sonntags | it domenica | nl zondag zondags | ru воскресенье воскресен | ar الاحد | he ראשון | zh 星期日 星期天 周日 礼拜天 | ja 日曜 | ko 일요일 | hi रविवार इतवार | tr pazar_gun pazar',
  saturday:
    'en saturday saturdays | es sabado sabados | pt sabado sabados | fr samedi samedis | de samstag samstags sonnabend | it sabato | nl zaterdag zaterdags | ru суббота субботу суббот | ar السبت | he שבת | zh 星期六 周六 | ja 土曜 | ko 토요일 | hi शनिवार | tr cumartesi',
  monday:
    'en monday mondays | es lunes | pt segunda-feira segunda | fr lundi lundis | de montag montags | it lunedi | nl maandag | ru понедельник | ar الاثنين | he יום_שני | zh 星期一 周一 | ja 月曜 | ko 월요일 | hi सोमवार | tr pazartesi',
  weekend:
    'en weekend weekends | es fin_de_semana fines_de_semana | pt fim_de_semana fins_de_semana | fr week-end weekend | de wochenende wochenenden | it fine_settimana weekend | nl weekend weekeinde | ru выходные выходным выходных | ar عطلة_نهاية_الاسبوع نهاية_الاسبوع | he סוף_שבוע סופש | zh 周末 週末 | ja 週末 土日 | ko 주말 | hi सप्ताहांत वीकेंड | tr hafta_sonu',
  holiday:
    'en holiday holidays christmas easter public_holiday vacation | es festivo festivos vacaciones navidad feriado | pt feriado feriados ferias natal | fr ferie feries vacances noel | de feiertag feiertage feiertagen urlaub weihnachten ferien | it festivo festivi vacanze natale ferie | nl feestdag feestdagen vakantie kerst | ru праздник праздники праздничн отпуск рождеств каникул | ar عطلة عيد اجازة | he חג חגים חופשה | zh 节假日 假日 假期 圣诞 春节 | ja 祝日 休日 休暇 クリスマス 年末 | ko 공휴일 휴일 명절 휴가 크리스마스 | hi छुट्टी छुट्टियों त्योहार अवकाश | tr tatil bayram noel',
  duration:
    'en how_long duration days day week weeks hours_long business_days | es cuanto_tiempo cuanto_tarda dias dia semana semanas tarda | pt quanto_tempo dias dia semana semanas demora prazo | fr combien_de_temps jours jour semaine semaines delai dure | de wie_lange tage tag woche wochen dauert dauer | it quanto_tempo giorni giorno settimana settimane | nl hoe_lang dagen dag week weken duurt | ru как_долго сколько_времени дней день дня неделя недели срок | ar كم_من_الوقت ايام يوم اسبوع مدة يستغرق | he כמה_זמן ימים יום_ שבוע שבועות | zh 多久 多长时间 天 几天 周 星期 | ja どのくらい 日間 何日 週間 期間 | ko 얼마나_걸 며칠 일_이내 주일 기간 | hi कितने_दिन कितना_समय दिन सप्ताह | tr ne_kadar_sur gun hafta sure',
  morning:
    'en morning mornings am | es manana_por por_la_manana mananas | pt manha de_manha | fr matin matinee | de morgens vormittag vormittags fruh | it mattina mattino | nl ochtend ochtends | ru утром утро утра | ar صباح صباحا | he בוקר בבוקר | zh 早上 上午 | ja 朝 午前 | ko 아침 오전 | hi सुबह | tr sabah',
  evening:
    'en evening evenings night tonight late_night pm | es noche tarde_noche por_la_noche | pt noite a_noite | fr soir soiree nuit | de abend abends nacht nachts | it sera notte stasera | nl avond avonds nacht | ru вечером вечер ночью ночь | ar مساء ليل ليلا | he ערב בערב לילה | zh 晚上 夜间 | ja 夜 夕方 晩 深夜 | ko 저녁 밤 | hi शाम रात | tr aksam gece',
  today:
    'en today now same_day immediately right_away | es hoy ahora mismo_dia inmediato | pt hoje agora mesmo_dia | fr aujourd_hui aujourd maintenant immediatement | de heute jetzt sofort | it oggi adesso subito | nl vandaag nu_ meteen direct | ru сегодня сейчас сразу | ar اليوم الان فورا | he היום עכשיו מיד | zh 今天 现在 马上 当天 | ja 今日 本日 今すぐ 当日 | ko 오늘 지금 당일 | hi आज अभी तुरंत | tr bugun simdi hemen',
  tomorrow:
    'en tomorrow next_day | es manana pasado_manana | pt amanha | fr demain lendemain | de morgen ubermorgen | it domani | nl morgen overmorgen | ru завтра | ar غدا بكرا | he מחר | zh 明天 次日 | ja 明日 翌日 | ko 내일 | hi कल_ | tr yarin',
  deadline:
    'en deadline until latest within at_latest expire expires valid | es plazo hasta vence validez valido caduca | pt prazo_final ate_quando validade valido expira | fr delai_de jusqu date_limite valable expire | de frist bis_wann spatestens gultig ablauf | it scadenza entro valido scade | nl uiterlijk tot_wanneer geldig verloopt | ru до_какого срок_действия действителен | ar موعد_نهائي صالح ينتهي | he עד_מתי תוקף בתוקף | zh 截止 有效期 到期 | ja 期限 締め切り まで 有効 | ko 기한 마감 유효 | hi अंतिम_तिथि समय_सीमा वैध | tr son_tarih gecerli sure_sonu',
}
