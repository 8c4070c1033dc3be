/** Words that say nothing about what a text is about, folded, of all languages together. */
const listed =
  'a an the is are am be been was were you your we our i my me it its he she they of to in on at for from with by and or not no this that these those do does did can could would will shall may have has had what which who when where how why there here if so as but about any some all please' +
  ' el la los las un una unos de del que y o en es son con por para se su sus mi tu te me lo le les al como cuando donde cual no si hay ser esta estan este esta' +
  ' os as um uma do da dos das em no na nos nas e ou que com por para seu sua meu minha voce voces nao sim ao tem ser qual quais' +
  ' le un une des du et ou est sont vous nous je il elle ce cette mon ma mes votre vos notre avec pour par dans sur pas ne qui quel quelle quels y a' +
  ' der die das den dem des ein eine einen einem einer und oder ist sind sie wir ihr ich mein meine mit fur von zu zum zur im in auf bei nicht kein keine was wer wie wann wo kann haben hat gibt es man auch noch' +
  ' il lo gli un uno una di del della dei delle e o che in con per su non si mi ti ci vi io noi voi avete sono quali quale' +
  ' de het een en of is zijn jullie wij ik mijn u uw met voor van op in aan niet geen wat wie hoe kan heeft hebben er' +
  ' и в на с по для не что как где когда у вас вы мы я это ли к от до есть или мой моя за о' +
  ' في من على الى عن هل ما هو هي انا انت نحن لا كم متى اين مع او هذا هذه ان' +
  ' של את על עם לא מה מי אני אתם אנחנו יש אין זה זאת כן או גם האם מתי איפה כמה אל' +
  ' है हैं का की के में से को पर और या क्या कब कैसे कहां मैं हम आप मेरा मेरी यह वह नहीं तो भी' +
  ' ve veya bir bu su o ne mi mu ben biz siz icin ile de da var yok mi nasil kac'

const stopWords = new Set(listed.split(' '))

/** Whether a folded word says nothing about what a text is about. */
export function isStopWord(word: string): boolean {
  return stopWords.has(word) || (word.length === 1 && /[a-z]/.test(word))
}
