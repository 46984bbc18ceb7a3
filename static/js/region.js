/** Which country the device is in, as far as it tells by itself. Asks no network, and no permission. */

/**
 * The countries of a list that the device speaks of: that of its time zone first, since a number works
 * where the phone is, then that of its language tag. A phone in India often says en-US.
 * @param {string[]} codes ISO 3166-1, in capitals
 * @param {{language?: string, timeZone?: string}} [device]
 */
export function likelyCountries(codes, { language = navigator.language, timeZone = zoneHere() } = {}) {
  const here = codes.filter((code) => zonesOf(code).includes(timeZone));
  return [...new Set([...here, regionOf(language)])].filter((code) => codes.includes(code));
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
