const pleased =
  '😂😍😘😊👌💕👏😁☺👍🙏✌😉🙌💪😄💃💖😃🎉💙💜💗❤♥😎💋😋💛💚💞😌🤩🥰💯⭐🌟✨🤗😀😆🙂😇🥳🌹🌸💐👑🔥🏆🫶🤍🧡💝😻✅'
const displeased = '😡😠🤬😢😭😞😔😒👎😤😩😫🤮🤢💔😖😣😕🙁☹😟😾🖕😰😥😓🥴💩🤦😑🙄'

const weights = new Map<string, number>([
  ...Array.from(pleased, (sign): [string, number] => [sign, 1.5]),
  ...Array.from(displeased, (sign): [string, number] => [sign, -1.5]),
])
/** Many of them say no more than two. */
const most = 3

/** What signs and pictures of a text say by themselves. */
export function weighEmoji(text: string): number {
  let sum = 0
  for (const sign of text) sum += weights.get(sign) ?? 0
  return Math.max(-most, Math.min(most, sum))
}
