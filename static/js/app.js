/** The page's beginning: listens at once, lets the words be painted, then starts what this page needs. */

// Signs that somebody is in the middle of something, which a reload would take away.
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "scroll", "click", "focusin"];
const LONGEST_WAIT_MILLISECONDS = 1000;

let isTouched = false;
for (const type of TOUCHES) addEventListener(type, () => (isTouched = true), { capture: true, passive: true });

/** The browser's prompt, which it may offer before the module for it is here. @type {Promise<Event>} */
const installPrompt = new Promise((resolve) => {
  addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    resolve(event);
  });
});

wordsPainted().then(begin);

function begin() {
  import("./offline.js").then((module) => module.keepOffline(() => isTouched));
  import("./install.js").then((module) => module.offerInstall(installPrompt));
  if (document.querySelector(".face")) import("./card.js").then((module) => module.enliven());
  if (document.querySelector("#reminders")) import("./reminders.js").then((module) => module.start());
}

/** Whatever runs before the first paint makes it late; a page in the background paints nothing. @returns {Promise<void>} */
function wordsPainted() {
  return new Promise((resolve) => {
    if (document.hidden) return resolve();
    new PerformanceObserver(() => resolve()).observe({ type: "paint", buffered: true });
    setTimeout(resolve, LONGEST_WAIT_MILLISECONDS);
  });
}
