/**
 * What a message says that makes its ask smaller than it has to be: a second apology, or words that
 * take it back before it is sent. It notes and offers; it never counts and never decides.
 *
 * @typedef {{kind: "apology" | "back", start: number, end: number, words: string}} Remark
 */

const SENTENCE_END = ".!?\u2026\u061f\u3002\n";
const CLAUSE_END = ",;:\u2013\u2014\u060c\u061b";

/** Finds whole words of a list; `*` stands for any ending. @returns {RegExp} */
export function finderOf(/** @type {string[]} */ entries) {
  const words = entries.map((entry) =>
    straight(entry).replace(/[.+?^${}()|[\]\\]/g, "\\$&").replace(/\*/g, "[\\p{L}\\p{N}_]*").replace(/ /g, "\\s+"));
  return new RegExp(words.length ? `(?<![\\p{L}\\p{N}_])(?:${words.join("|")})(?![\\p{L}\\p{N}_])` : "(?!)", "giu");
}

/**
 * The first thing to say more lightly, if there is one.
 * @param {string} text
 * @param {{apology: RegExp, takesBack: RegExp}} words
 * @returns {Remark | undefined}
 */
export function remarkOn(text, { apology, takesBack }) {
  const [, again] = straight(text).matchAll(apology);
  const [back] = straight(text).matchAll(takesBack);
  const found = again ?? back;
  if (!found) return undefined;
  const end = found.index + found[0].length;
  return { kind: again ? "apology" : "back", start: found.index, end, words: text.slice(found.index, end) };
}

/** The text without the clause that holds the remark, with `instead` as a sentence of its own. */
export function lighten(/** @type {string} */ text, /** @type {Remark} */ { start, end }, /** @type {string} */ instead) {
  const [opens, closes] = around(text, start, end, SENTENCE_END);
  const [from, to] = around(text, start, end, SENTENCE_END + CLAUSE_END);
  const said = text.includes(instead) ? "" : instead;
  const hasMark = SENTENCE_END.includes(text[closes] ?? " ");
  const rest = text.slice(closes + Number(hasMark && text[closes] !== "\n"));
  if (from === opens && to === closes) return join(text.slice(0, opens), said, rest);
  const mark = hasMark ? text[closes].trim() : "";
  // Of two commas around it one goes; what follows the first clause of a sentence begins it now.
  const kept = from === opens ? capital(text.slice(to + 1, closes)) : text.slice(opens, from - 1) + text.slice(to, closes);
  return from === opens ? join(text.slice(0, opens), said, kept + mark, rest) : join(text.slice(0, opens), kept + mark, said, rest);
}

/** Where the stretch between two of these marks begins and ends. */
function around(/** @type {string} */ text, /** @type {number} */ start, /** @type {number} */ end, /** @type {string} */ marks) {
  let [from, to] = [start, end];
  while (from > 0 && !marks.includes(text[from - 1])) from -= 1;
  while (to < text.length && !marks.includes(text[to])) to += 1;
  return [from, to];
}

/** With one space between parts, or the line break that was there. */
function join(/** @type {string[]} */ ...parts) {
  return parts.reduce((whole, part) => {
    const next = part.replace(/^ +/, "");
    return whole && next && !/\s$/.test(whole) && !next.startsWith("\n") ? `${whole} ${next}` : whole + next;
  }, "").trim();
}

function capital(/** @type {string} */ text) {
  return text.trimStart().replace(/^\p{L}/u, (letter) => letter.toLocaleUpperCase());
}

function straight(/** @type {string} */ text) {
  return text.replace(/\u2019/g, "'");
}
