/** The page's beginning: listens at once, lets the words be painted, then starts what this page needs. */

// Signs that somebody is in the middle of something, which a reload would take away.
const TOUCHES = ["pointerdown", "keydown", "input", "wheel", "scroll", "click", "focusin"];
const LONGEST_WAIT_MILLISECONDS = 1000;

/** The screens that have a module of their own. @type {Record<string, () => Promise<void>>} */
const SCREENS = {
  ask: () => import("./ask.js").then((module) => module.start()),
  clock: () => import("./clock.js").then((module) => module.start()),
  help: () => import("./help.js").then((module) => module.start()),
  install: () => import("./install.js").then((module) => module.offerInstall(installPrompt)),
  reminders: () => import("./reminders.js").then((module) => module.start()),
  saved: () => import("./saved.js").then((module) => module.start()),
  settings: () => import("./settings.js").then((module) => module.start()),
  sit: () => import("./sit.js").then((module) => module.start()),
  topics: () => import("./topics.js").then((module) => module.start()),
};

let isTouched = false;
let hasGoneOn = false;
/** The latest tap or key, in case it was meant for what is not here yet. @type {Event | undefined} */
let latest;
for (const type of TOUCHES) addEventListener(type, note, { capture: true, passive: true });

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
  if (document.querySelector(".face")) beginCard();
  const page = /** @type {HTMLElement | null} */ (document.querySelector("[data-page]"))?.dataset.page ?? "";
  SCREENS[page]?.();
  // Who left for the clock is told nothing there, by the page or by the worker.
  if (page === "clock") return;
  // Without a worker there is no reminder either: a first visit loads nothing of this.
  if (navigator.serviceWorker?.controller) (globalThis.requestIdleCallback ?? setTimeout)(lookAfterReminder);
  else offerLanguage();
}

/** Says to a new reader, in the language of their device, that this page is there in it too. */
async function offerLanguage() {
  const [wanted, here] = [navigator.language, document.documentElement.lang].map((tag) => tag.split("-")[0]);
  const links = /** @type {NodeListOf<HTMLLinkElement>} */ (document.querySelectorAll("link[hreflang]"));
  const link = wanted === here ? undefined : [...links].find(({ hreflang }) => hreflang.split("-")[0] === wanted);
  if (!link) return;
  const label = new Intl.DisplayNames(link.hreflang, { type: "language" }).of(wanted) ?? wanted;
  const { notify } = await import("./notices.js");
  const act = async () => (await import("./languages.js")).goTo(link, notify);
  notify(link.title, { label, act });
}

/** Who has no reminder, and never allowed one, needs nothing more. */
async function lookAfterReminder() {
  const record = await import("./reminder-record.js");
  const { isOn, isPending } = await record.readRecord();
  if (isOn || isPending || globalThis.Notification?.permission === "granted") (await import("./repair.js")).start();
}

/** What was tapped or typed before the card is alive is done as soon as it is. */
async function beginCard() {
  const [card, actions] = await Promise.all([import("./card.js"), import("./actions.js")]);
  while (!(await card.enliven())) await anotherChance();
  actions.start();
  const target = /** @type {Element | undefined} */ (latest?.target);
  if (latest instanceof KeyboardEvent) target?.dispatchEvent(new KeyboardEvent("keydown", latest));
  else /** @type {HTMLElement | null | undefined} */ (target?.closest("[data-do]"))?.click();
}

/** Without its deck the card waits for a network, or for the reader to try again. */
function anotherChance() {
  return new Promise((resolve) => {
    for (const type of ["online", "click", "keydown"]) addEventListener(type, resolve, { once: true });
  });
}

function note(/** @type {Event} */ event) {
  isTouched = true;
  goOn();
  if (event.type === "click" || event.type === "keydown") latest = event;
}

/** Who touches a page is no passer-by: the worker keeps what a first visit was spared. */
function goOn() {
  const worker = navigator.serviceWorker?.controller;
  if (!worker || hasGoneOn) return;
  hasGoneOn = true;
  worker.postMessage("keep");
}

/** Whatever runs before the first paint makes it late; a page in the background paints nothing. @returns {Promise<void>} */
function wordsPainted() {
  return new Promise((resolve) => {
    if (document.hidden) return resolve();
    new PerformanceObserver(() => resolve()).observe({ type: "paint", buffered: true });
    setTimeout(resolve, LONGEST_WAIT_MILLISECONDS);
  });
}
