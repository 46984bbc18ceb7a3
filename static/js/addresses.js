/** Where pages are: each language has them under an address of its own. */

/** The address of a page such as `/help` in the language of this one. */
export function at(/** @type {string} */ path) {
  return document.documentElement.dataset.prefix + path;
}
