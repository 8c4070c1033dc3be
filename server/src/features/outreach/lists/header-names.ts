/** What a column is for, as its header says. */
export type ColumnKind = 'whatsapp' | 'mobile' | 'phone' | 'full' | 'given' | 'middle' | 'family' | 'ignored'

const names: Readonly<Record<Exclude<ColumnKind, 'ignored'>, string>> = {
  whatsapp:
    'whatsapp, whatsapp number, whatsapp phone, whatsapp no, whatsapp id, wa number, wa id, wa phone, wa',
  mobile: `mobile, mobile phone, mobile number, mobile no, mobile phone number, cell, cell phone, cellphone, cell number,
    celular, numero celular, numero de celular, movil, telefono movil, telefono celular, handy, handynummer, handy nr,
    mobil, mobilnummer, mobiltelefon, mobile nummer, portable, telephone portable, cellulare, numero cellulare,
    telefone celular, telemovel, mobiel, mobiele telefoon, mobiel nummer, gsm, komorka, cep telefonu, cep,
    мобильный, мобильный телефон, номер мобильного, נייד, טלפון נייד, جوال, رقم الجوال, موبايل, 手机, 手机号, 手机号码,
    携帯電話, 携帯番号, 휴대폰, 휴대폰 번호, no hp, nomor hp, hp`,
  phone: `phone, phone number, phonenumber, phone no, phones, phone 1, primary phone, main phone, telephone,
    telephone number, tel, tel no, tel nr, home phone, business phone, work phone, other phone, contact number,
    contact no, number, msisdn, e164, recipient, telefon, telefonnummer, telefonnr, telefon nr, rufnummer, telefono,
    numero de telefono, numero telefonico, numero di telefono, telefone, numero de telefone, numero de telephone,
    numero, fone, contato, telefoon, telefoonnummer, telefonszam, numer telefonu, nr telefonu, telefon numarasi,
    телефон, номер телефона, номер, טלפון, מספר טלפון, هاتف, رقم الهاتف, رقم, 电话, 电话号码, 電話, 電話番号, 전화,
    전화번호, nomor telepon, no telepon, no telp, telepon, so dien thoai`,
  full: `name, full name, fullname, display name, contact name, customer name, contact, customer, nombre,
    nombre completo, nome, nome completo, nom, nom complet, naam, kunde, kundenname, kontakt, imie i nazwisko,
    ad soyad, isim, имя, фио, полное имя, שם, שם מלא, الاسم, الاسم الكامل, 姓名, 名字, 名前, 氏名, 이름, nama,
    nama lengkap, ho va ten`,
  given: `first name, firstname, given name, forename, vorname, prenom, primer nombre, nombres, voornaam, imie, ad,
    primeiro nome, שם פרטי, الاسم الأول, 名`,
  middle: 'middle name, additional name',
  family: `last name, lastname, surname, family name, nachname, familienname, apellido, apellidos, cognome, sobrenome,
    apelido, achternaam, nazwisko, soyad, nom de famille, фамилия, שם משפחה, اسم العائلة, 姓`,
}

/** Letters and digits alone, without accents and case. */
function foldHeader(header: string): string {
  const bare = header.normalize('NFKD').replace(/\p{Mn}/gu, '')
  return (bare.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')
}

const kinds = new Map(
  Object.entries(names).flatMap(([kind, list]) =>
    list.split(',').map((name) => [foldHeader(name), kind as ColumnKind] as const),
  ),
)

/** What a column is for; undefined for one that says something else about a person. */
export function kindOfHeader(header: string): ColumnKind | undefined {
  const folded = foldHeader(header)
  // Address books of Google: `Phone 1 - Value` beside `Phone 1 - Label`.
  const numbered = /^phone \d+ (value|label|type)$/.exec(folded)?.[1]
  if (numbered !== undefined) return numbered === 'value' ? 'phone' : 'ignored'
  // When somebody was put on a list: files of lists come back without it.
  return folded === 'added at' ? 'ignored' : kinds.get(folded)
}
