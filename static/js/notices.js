/** A short notice above the bar, with something to do about it if there is; one at a time. */

const SHOWN_MILLISECONDS = 8000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;

/**
 * Says something kindly. It stays while the finger or the focus is on it.
 * @param {string} text
 * @param {{label: string, act: () => void}} [action]
 */
export function notify(text, action) {
  const place = /** @type {HTMLElement} */ (document.querySelector("#notice"));
  const words = document.createElement("p");
  words.textContent = text;
  place.replaceChildren(words, ...(action ? [button(action)] : []));
  clearTimeout(timer);
  timer = setTimeout(leave, SHOWN_MILLISECONDS, place);
}

function leave(/** @type {HTMLElement} */ place) {
  if (place.matches(":hover, :focus-within")) timer = setTimeout(leave, SHOWN_MILLISECONDS, place);
  else place.replaceChildren();
}

function button(/** @type {{label: string, act: () => void}} */ { label, act }) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = label;
  made.addEventListener("click", () => {
    /** @type {HTMLElement} */ (document.querySelector("#notice")).replaceChildren();
    act();
  });
  return made;
}
