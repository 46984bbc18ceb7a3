/** A plain clock. It tells the device's time and knows nothing of the app. */

const TICK_MILLISECONDS = 1000;

export async function start() {
  show();
  setInterval(show, TICK_MILLISECONDS);
}

function show() {
  const now = new Date();
  const { lang } = document.documentElement;
  write("time", now.toLocaleTimeString(lang, { timeStyle: "short" }));
  write(".clock small", now.toLocaleDateString(lang, { dateStyle: "full" }));
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = /** @type {HTMLElement} */ (document.querySelector(selector));
  if (element.textContent !== text) element.textContent = text;
}
