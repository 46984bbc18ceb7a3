/**
 * Sit with it: a few quiet minutes in which the cards change by themselves. What was shown counts as
 * seen. Time passes only while somebody can see it, and nothing about it is counted or kept.
 *
 * @import { Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 * @import { Reading } from "./reading.js"
 */

import { loadDeck, topicOf } from "./deck.js";
import * as documents from "./documents.js";
import { pick, poolOf, show } from "./reading.js";
import { chosenVoice, speak, stopSpeech } from "./speak.js";
import { onChange } from "./store.js";
import { _ } from "./words.js";

const TICK_MILLISECONDS = 1000;
const CARD_SECONDS = 20;
const LAST_WORDS = _("You can take this quiet with you.");

const form = /** @type {HTMLFormElement} */ (document.querySelector("#sit"));
const session = /** @type {HTMLDialogElement} */ (document.querySelector("#session"));
const words = /** @type {HTMLElement} */ (document.querySelector("#sitting"));
const stay = /** @type {HTMLButtonElement} */ (session?.querySelector("button.over"));

/** @type {Deck} */
let deck;
/** @type {Kept} */
let kept;
/** @type {Reading} */
let reading;
/** How long this session is, and how much of it has passed. */
let wholeSeconds = 0;
let seconds = 0;
/** Runs while the cards change. @type {ReturnType<typeof setInterval> | undefined} */
let timer;
/** @type {WakeLockSentinel | undefined} */
let awake;

/** Begin waits, as a button that does nothing yet, for the deck and the device's memory. */
export async function start() {
  [deck, kept, reading] = await Promise.all([loadDeck(), documents.kept.read(), documents.reading.read()]);
  form.addEventListener("submit", begin);
  /** @type {HTMLButtonElement} */ (form.querySelector("button")).disabled = false;
  stay.addEventListener("click", () => sit(1));
  session.addEventListener("close", leave);
  onChange(async () => {
    [kept, reading] = await Promise.all([documents.kept.read(), documents.reading.read()]);
  });
  document.addEventListener("visibilitychange", stayAwake);
  /** @type {HTMLElement} */ (document.querySelector("#aloud")).hidden = !(await chosenVoice());
}

function begin() {
  session.toggleAttribute("data-breath", isChosen("breath"));
  // A voice that reads aloud and a screen reader would speak at once.
  words.ariaLive = isChosen("aloud") ? "off" : "polite";
  session.showModal();
  sit(Number(new FormData(form).get("minutes")));
}

function sit(/** @type {number} */ minutes) {
  wholeSeconds = minutes * 60;
  seconds = 0;
  for (const state of ["data-over", "data-fading"]) session.removeAttribute(state);
  timer = setInterval(pass, TICK_MILLISECONDS);
  stayAwake();
  turn();
}

/** A second has passed, for somebody who was here. */
function pass() {
  if (document.hidden) return;
  seconds += 1;
  session.toggleAttribute("data-fading", (seconds + 1) % CARD_SECONDS === 0);
  if (seconds === wholeSeconds) end();
  else if (seconds % CARD_SECONDS === 0) turn();
}

function turn() {
  const pool = poolOf(deck, kept);
  const card = pick(reading, pool, reading.history.at(-1) ?? "", Math.random) ?? deck.cards[0];
  reading = show(reading, card.id, pool);
  documents.reading.change((stored) => show(stored, card.id, pool));
  session.dataset.hue = String(topicOf(deck, card).hue);
  const isGentle = document.documentElement.dataset.face === "gentle";
  say((isGentle && card.gentle) || card.text);
}

function end() {
  rest();
  session.toggleAttribute("data-over", true);
  say(LAST_WORDS);
  stay.focus();
}

function say(/** @type {string} */ text) {
  words.textContent = text;
  if (isChosen("aloud")) speak(text);
}

function leave() {
  rest();
  delete session.dataset.hue;
}

/** Nothing runs any more: no clock, no voice, and the screen may sleep. */
function rest() {
  clearInterval(timer);
  timer = undefined;
  awake?.release();
  stopSpeech();
}

/** The browser takes the wake lock back each time the page is hidden. */
async function stayAwake() {
  if (!timer || document.hidden) return;
  awake = await navigator.wakeLock?.request("screen").catch(() => undefined);
  if (!timer) awake?.release();
}

function isChosen(/** @type {string} */ name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name)).checked;
}
