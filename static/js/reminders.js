/**
 * Daily: a state machine in words. Nothing is asked of the browser before a tap, and a
 * subscription that the server refuses is undone in the browser too.
 *
 * @import { Reminder, Known } from "./subscriptions.js"
 */

import { loadDeck, ofTheDay } from "./deck.js";
import { askForTest, forget, lookUp, save } from "./subscriptions.js";
import { Refusal } from "./subscriptions.js";
import { currentSubscription, subscribe } from "./subscriptions.js";

/** @typedef {"unsupported" | "install" | "blocked" | "off" | "on"} State */

const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const DAY_MILLISECONDS = 86_400_000;
const root = /** @type {HTMLElement} */ (document.querySelector("#reminders"));
const form = /** @type {HTMLFormElement} */ (root.querySelector("#reminder-form"));

/** Shows the state this device is in, and listens. */
export async function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(turnOn);
  });
  form.addEventListener("input", preview);
  root.addEventListener("click", (event) => {
    const name = /** @type {HTMLElement} */ (event.target).closest("[data-do]")?.getAttribute("data-do") ?? "";
    if (name in ACTIONS) attempt(ACTIONS[name]);
  });
  preview();
  await attempt(look);
}

/** @type {Record<string, () => Promise<void>>} */
const ACTIONS = { "look-again": look, test: sendTest, "turn-off": turnOff };

/** Finds out the state of this device and shows it. */
async function look() {
  const blocker = blockingState();
  if (blocker) return show(blocker);
  const subscription = await currentSubscription().catch(() => undefined);
  if (subscription === undefined) return show("unsupported");
  if (subscription === null) return show("off");
  const known = await lookUp(subscription).catch(() => undefined);
  if (known) return showOn(known);
  if (known === undefined) return showUnreachable();
  show("off");
  say("The server no longer had this device. Turn it on again when you like.");
}

/** Asks for permission, subscribes, and tells the server; also saves a change. */
async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") {
    show(blockingState() ?? "off");
    return say("Your browser did not allow it. You can try again at any time.");
  }
  const before = await currentSubscription();
  const subscription = await subscribe(root.dataset.key ?? "");
  try {
    showOn(await save(subscription, wanted()));
    say(before ? "Saved." : "It is on. You can send yourself a test.");
  } catch (error) {
    if (!before) await subscription.unsubscribe();
    throw error;
  }
}

async function sendTest() {
  const subscription = await currentSubscription();
  if (!subscription) return look();
  await askForTest(subscription);
  say("On its way. It should appear within a minute.");
}

/** Off is off at once here; a server that cannot be told now learns it from the push service. */
async function turnOff() {
  const subscription = await currentSubscription();
  const isForgotten = subscription ? await forget(subscription) : true;
  show("off");
  say(
    isForgotten
      ? "It is off. Nothing about this device is kept."
      : "It is off. The server could not be told yet; it deletes this device when its next message is refused.",
  );
}

/** @returns {State | undefined} the state that stands in the way, if one does */
function blockingState() {
  const canPush = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  const isIosTab = "standalone" in navigator && !navigator.standalone && navigator.maxTouchPoints > 1;
  if (!canPush) return isIosTab ? "install" : "unsupported";
  return Notification.permission === "denied" ? "blocked" : undefined;
}

function show(/** @type {State} */ state) {
  for (const section of root.querySelectorAll(".state")) {
    /** @type {HTMLElement} */ (section).hidden = section.getAttribute("data-state") !== state;
  }
  form.hidden = state !== "off" && state !== "on";
  /** @type {HTMLElement} */ (root.querySelector("#reminder-tools")).hidden = state !== "on";
  text("[data-do=turn-on]", state === "on" ? "Save" : "Turn on");
  text("#zone", ZONE.replaceAll("_", " "));
  say("");
  if (state === "blocked") openAdvice();
}

function showOn(/** @type {Known} */ known) {
  show("on");
  field("time").value = known.reminder.time;
  for (const choice of form.querySelectorAll("[name=level]")) {
    const radio = /** @type {HTMLInputElement} */ (choice);
    radio.checked = radio.value === known.reminder.level;
  }
  text("#zone", known.reminder.zone.replaceAll("_", " "));
  text("#next-one", `Next one ${inWords(new Date(known.next.at))}.`);
  preview();
}

function showUnreachable() {
  show("on");
  text("#next-one", "The server cannot be reached right now. Your reminder stays as it was.");
  form.hidden = true;
}

/** Runs one action at a time, and turns whatever goes wrong into words. */
async function attempt(/** @type {() => Promise<void> | void} */ action) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    await action();
  } catch (error) {
    say(error instanceof Refusal ? error.message : "That did not work: the server cannot be reached. Please try again.");
  } finally {
    form.ariaBusy = "false";
  }
}

/** @returns {Partial<Reminder>} what the form says */
function wanted() {
  const level = form.querySelector("[name=level]:checked")?.getAttribute("value") ?? "words";
  return { time: field("time").value, zone: ZONE, level, topics: [] };
}

/** Shows on both previews what others may see tomorrow at the chosen time. */
async function preview() {
  for (const time of root.querySelectorAll(".preview-time")) time.textContent = field("time").value;
  const deck = await loadDeck().catch(() => undefined);
  if (deck) text("#preview-words", ofTheDay(deck, new Date(Date.now() + DAY_MILLISECONDS)).text);
}

/** Opens the advice for this browser among all of it. */
function openAdvice() {
  const agent = navigator.userAgent;
  const platform = /Android/.test(agent) ? "android" : /iPhone|iPad/.test(agent) || "standalone" in navigator ? "ios"
    : /Firefox/.test(agent) ? "firefox" : /Chrome/.test(agent) ? "chrome" : "safari";
  root.querySelector(`[data-platform=${platform}]`)?.setAttribute("open", "");
}

/** A time to come, as people say it: "tomorrow at 08:00". */
function inWords(/** @type {Date} */ time) {
  const days = Math.round((new Date(time).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / DAY_MILLISECONDS);
  const day = days === 0 ? "today" : days === 1 ? "tomorrow" : `on ${time.toLocaleDateString("en", { weekday: "long", day: "numeric", month: "long" })}`;
  return `${day} at ${String(time.getHours()).padStart(2, "0")}:${String(time.getMinutes()).padStart(2, "0")}`;
}

function field(/** @type {string} */ name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}

function say(/** @type {string} */ words) {
  text("#reminders-said", words);
}

function text(/** @type {string} */ selector, /** @type {string} */ words) {
  const element = root.querySelector(selector);
  if (element) element.textContent = words;
}
