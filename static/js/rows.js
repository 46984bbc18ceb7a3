/** Lists of what the device keeps: each row has its words and what can be done with it. Knows no document. */

/**
 * A row with a link or words, and buttons.
 * @param {{text: string, note?: string, href?: string}} said
 * @param {HTMLElement[]} deeds
 */
export function rowOf({ text, note = "", href = "" }, deeds) {
  const made = document.createElement("li");
  const words = document.createElement(href ? "a" : "p");
  if (href) words.setAttribute("href", href);
  words.textContent = text;
  words.dir = "auto";
  if (note) words.append(Object.assign(document.createElement("small"), { textContent: note }));
  made.append(words, ...deeds);
  return made;
}

/** A button that says what it does, and to a screen reader also to what. */
export function deed(/** @type {string} */ label, /** @type {string} */ what, /** @type {() => unknown} */ act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.setAttribute("aria-label", `${label}: ${what}`);
  made.addEventListener("click", act);
  return made;
}

/** Shows the rows; a focus in one that goes moves to its neighbour, or to what follows the list. */
export function showRows(/** @type {HTMLElement} */ place, /** @type {HTMLElement[]} */ rows) {
  const spot = [...place.children].findIndex((each) => each.contains(document.activeElement));
  place.replaceChildren(...rows);
  place.hidden = rows.length === 0;
  if (spot < 0) return;
  const row = rows[spot] ?? rows.at(-1);
  const next = (row ?? place.closest("section") ?? place).querySelector("a,button,summary");
  /** @type {HTMLElement | null} */ (next)?.focus();
}
