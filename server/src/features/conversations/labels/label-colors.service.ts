/**
 * The twenty colours of labels in WhatsApp, by index, as WhatsApp Web draws them. Source: the palette that WAHA
 * publishes for its labels API; app state carries the index alone.
 */
const palette = [
  ['#FF9485', '#64C4FF', '#FFD429', '#DFAEF0', '#99B6C1'],
  ['#55CCB3', '#FF9DFF', '#D3A91D', '#6D7CCE', '#D7E752'],
  ['#00D0E2', '#FFC5C7', '#93CEAC', '#F74848', '#00A0F2'],
  ['#83E422', '#FFAF04', '#B5EBFF', '#9BA6FF', '#9368CF'],
].flat()

/** `#RRGGBB` of one of WhatsApp's colours; an index that WhatsApp adds one day begins again at the first. */
export function colorOfIndex(index: number): string {
  return palette[((index % palette.length) + palette.length) % palette.length] ?? '#FF9485'
}

function linear(channel: number): number {
  const part = channel / 255
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
}

/** Oklab, in which distances are as people see them. Source: Björn Ottosson, "A perceptual color space". */
function oklab(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16)
  const [r, g, b] = [linear(value >> 16), linear((value >> 8) & 255), linear(value & 255)]
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ]
}

const labColors = palette.map(oklab)

/** The index of the nearest of WhatsApp's colours to a `#RRGGBB`. */
export function indexOfColor(color: string): number {
  const [l, a, b] = oklab(color)
  const distances = labColors.map(([pl, pa, pb]) => (l - pl) ** 2 + (a - pa) ** 2 + (b - pb) ** 2)
  return distances.indexOf(Math.min(...distances))
}
