/**
 * Words of the interface. A language's own build of the modules has its words in place of the English
 * ones, by `webapp/catalogue.py`: so both functions are called by name, with the texts written out.
 */

const GAP = /%\((\w+)\)s/g;

/** A text with its `%(name)s` filled. */
export function _(/** @type {string} */ text, /** @type {Record<string, string | number>} */ values = {}) {
  return text.replace(GAP, (_gap, name) => String(values[name]));
}

/** One of the forms of a text by a count, which stands in it as `%(n)s`: `ngettext("%(n)s card", "%(n)s cards", 3)`. */
export function ngettext(/** @type {[...string[], number]} */ ...formsAndCount) {
  const count = Number(formsAndCount.pop());
  return _(String(formsAndCount[placeOf(count)]), { n: count });
}

/** Which form a count takes; the build has the rule of the language's catalogue here. */
function placeOf(/** @type {number} */ n) {
  return Number(n !== 1);
}
