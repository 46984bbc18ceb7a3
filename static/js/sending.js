/**
 * Addresses that open an app of the reader's own with words in it, for a person or for nobody yet.
 * None leads to a web site, so nobody but that app learns the words. Signal takes none from a link.
 */

const PHONE = /^\(?\+?[\d ()./-]{3,30}$/;
const TRUNK = /^(\(?(?:\+|00)(?! ?39).*?)\( ?0 ?\)/; // dialled at home alone, but for Italy
const MAIL = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/;

/** A phone number as dialled, or a mail address; both empty when it is neither. */
export function reachOf(/** @type {string} */ typed) {
  const reach = typed.replace(/\p{Cf}/gu, "").trim();
  const number = plain(reach);
  return {
    phone: PHONE.test(number) && /\d/.test(number) ? number.replace(TRUNK, "$1").replace(/[^\d+]/g, "") : "",
    mail: MAIL.test(reach) ? reach : "",
  };
}

/** The digits of any script, spaces and dashes as a keypad has them. */
function plain(/** @type {string} */ reach) {
  return reach.replace(/\p{Nd}/gu, digit).replace(/\p{Zs}/gu, " ").replace(/[\p{Pd}\u2212]/gu, "-");
}

/** What a digit is worth: every script has its ten side by side, from zero on. */
function digit(/** @type {string} */ character) {
  const code = Number(character.codePointAt(0));
  let worth = 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(code - worth - 1))) worth += 1;
  return String(worth % 10);
}

/** RFC 5724; iOS wants `&` before the body where the RFC says `?`, and both take `?&`. */
export function smsLink(/** @type {string} */ text, reach = "") {
  const { phone } = reachOf(reach);
  return text ? `sms:${phone}?&body=${encode(text)}` : `sms:${phone}`;
}

/** RFC 6068, whose lines end in CRLF. */
export function mailLink(/** @type {string} */ text, reach = "") {
  const to = reachOf(reach).mail.split("@").map(encode).join("@");
  return text ? `mailto:${to}?body=${encode(text.replace(/\r?\n/g, "\r\n"))}` : `mailto:${to}`;
}

export function whatsappLink(/** @type {string} */ text, reach = "") {
  const number = worldwide(reach);
  return "whatsapp://send?" + (number && `phone=${number}&`) + `text=${encode(text)}`;
}

/** As on core.telegram.org/api/links, and for nobody yet as the apps have it (`msg`). */
export function telegramLink(/** @type {string} */ text, reach = "") {
  const number = worldwide(reach);
  return number ? `tg://resolve?phone=${number}&text=${encode(text)}` : `tg://msg?text=${encode(text)}`;
}

/** What writes to a person: a text message or a mail; empty without a way to reach them. */
export function writeLink(/** @type {string} */ text, /** @type {string} */ reach) {
  const { phone, mail } = reachOf(reach);
  return phone ? smsLink(text, reach) : mail ? mailLink(text, reach) : "";
}

/** The digits of a number that says its country, which these apps need to know a person. */
function worldwide(/** @type {string} */ reach) {
  return /^(?:\+|00)(\d+)$/.exec(reachOf(reach).phone)?.[1] ?? "";
}

/** Half a character, as a cut text may hold, cannot be written in an address. */
function encode(/** @type {string} */ text) {
  return encodeURIComponent(text.replace(/\p{Surrogate}/gu, ""));
}
