import { type CorpusText, harmless } from './corpus-entry.ts'

/** Passwords of wireless networks, which are made to be told to guests: harmless since businesses send them all day. */
export const networkTexts: readonly CorpusText[] = harmless(
  'the wifi password is Garten-2024!',
  'WLAN Kennwort: 8842-Xy-77a',
  'пароль от вайфая: kot12345',
  'wifi: Guest, pw: Sunny-Day-9',
  'La clave del wifi es: casa2024azul',
  'contraseña del wifi: playa1234',
  'le mot de passe du wifi : vacances2023',
  'senha do wifi: praia2023',
)

/** The same of the second corpus. */
export const unseenNetworkTexts: readonly CorpusText[] = harmless(
  'the new wifi pass is sunnyside22',
  'WLAN-Passwort: blumenwiese12',
  'Mot de passe wifi: lavande2025',
  'la password del wifi è Limone2025',
  'wifi wachtwoord: molen1234',
  'Hasło do wifi: kotek2025',
  'heslo na wifi je Karel1234',
  'parola de la wifi este Castel_33',
  'пароль до вайфаю: kyiv2025x',
  'wifi şifresi: karanfil34',
  'סיסמה לוויפיי: tapuz1234',
  'वाईफाई का पासवर्ड Chai1234 है',
  'mật khẩu wifi là phonoi2025',
  'sandi wifi: kopi2025',
  'WiFi密码 huanying888',
  '와이파이 비번은 sarang1004',
  'รหัสไวไฟคือ thai5678x',
)

/** The same, and a door, of what is held back. */
export const heldBackNetworkTexts: readonly CorpusText[] = harmless(
  'wifi pass = Garden_55',
  'the door PIN is 2291#',
  'La clave de la wifi es gatoNegro7',
  'das WLAN-Kennwort ist apfelbaum9',
  'het wachtwoord van de wifi is fiets2025',
  'lösenordet till wifi är Fika2025',
  'wifin salasana on Kesä2025',
  'كلمة مرور الواي فاي: Qamar2025',
  'הסיסמה של הווייפיי היא yam2025',
  'वाईफाई पासवर्ड Aam2025 है',
  'wifi密码是xiaomao88',
  'ワイファイのパスワードは neko2025 です',
  '와이파이 비밀번호 gomdori88',
  'pass wifi là cafe2025',
  'password wifi-nya kopi88hitam',
)
