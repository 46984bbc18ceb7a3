/**
 * Addresses that open an app of the reader's own with words in it, for a person or for nobody yet.
 * None leads to a web site, so nobody but that app learns the words. Signal takes none from a link.
 */

const PHONE = /^\+?[\d ()./-]{3,30}$/;
const MAIL = /^[^\s@<>(),;:"]+@[^\s@<>(),;:"]+$/;

/** A phone number as dialled, or a mail address; both empty when it is neither. */
export function reachOf(/** @type {string} */ typed) {
  const reach = typed.trim();
  return {
    phone: PHONE.test(reach) && /\d/.test(reach) ? reach.replace(/[^\d+]/g, "") : "",
    mail: MAIL.test(reach) ? reach : "",
  };
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
