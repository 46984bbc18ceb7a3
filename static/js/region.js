/** Which country the device is in, as far as it tells by itself. Asks no network, and no permission. */

/**
 * The countries of a list that the device speaks of: that of its time zone first, since a number works
 * where the phone is, then that of its language tag. A phone in India often says en-US, so only the zone
 * tells where it is; in a country that is not in the list, or without a table of zones, nothing does.
 * @param {string[]} codes ISO 3166-1, in capitals
 * @param {{language?: string, timeZone?: string}} [device]
 */
export function likelyCountries(codes, { language = navigator.language, timeZone = zoneHere() } = {}) {
  const here = countriesOf(timeZone, codes);
  const all = [...new Set([...here, regionOf(language)])].filter((code) => codes.includes(code));
  return all.map((code) => ({ code, isHere: here.includes(code) }));
}

/** A zone may have another name in the table than the device has for it: Asia/Kolkata was Asia/Calcutta. */
function countriesOf(/** @type {string} */ timeZone, /** @type {string[]} */ codes) {
  const named = codes.filter((code) => zonesOf(code).includes(timeZone));
  const zone = canonical(timeZone);
  return named.length ? named : codes.filter((code) => zonesOf(code).some((each) => canonical(each) === zone));
}

function canonical(/** @type {string} */ timeZone) {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone;
  } catch {
    return timeZone;
  }
}

function zoneHere() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** The browser's own table, so that a device keeps none of ours; Firefox has none to ask. @returns {string[]} */
function zonesOf(/** @type {string} */ code) {
  const locale = /** @type {any} */ (new Intl.Locale("und", { region: code }));
  return locale.getTimeZones?.() ?? locale.timeZones ?? [];
}

function regionOf(/** @type {string} */ tag) {
  try {
    return new Intl.Locale(tag).region ?? "";
  } catch {
    return "";
  }
}
