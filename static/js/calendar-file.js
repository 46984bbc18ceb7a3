/** A calendar file (RFC 5545) of one quiet day: no alarm, and nobody is shown as busy. Text in, text out. */

const LONGEST_OCTETS = 75;

/**
 * @param {{id: string, day: string}} what `day` in ISO form
 * @param {string} title what the calendar shows, which others may see
 * @param {Date} now
 */
export function calendarFile({ id, day }, title, now) {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//pocket//ask//EN",
    "BEGIN:VEVENT",
    `UID:ask-${id}@pocket`,
    `DTSTAMP:${now.toISOString().replace(/[-:]|\.\d+/g, "")}`,
    `DTSTART;VALUE=DATE:${day.replaceAll("-", "")}`,
    `SUMMARY:${escape(title)}`,
    "CLASS:PRIVATE",
    "TRANSP:TRANSPARENT",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

/** Section 3.3.11. */
function escape(/** @type {string} */ text) {
  return text.replace(/[\\,;]/g, "\\$&").replace(/\r\n?|\n/g, "\\n");
}

/** Section 3.1: a long line goes on after a break and a space; no character is cut. */
function fold(/** @type {string} */ line) {
  const encoder = new TextEncoder();
  let [folded, room] = ["", LONGEST_OCTETS];
  for (const character of line) {
    const octets = encoder.encode(character).length;
    if (octets > room) [folded, room] = [`${folded}\r\n `, LONGEST_OCTETS - 1];
    folded += character;
    room -= octets;
  }
  return folded;
}
