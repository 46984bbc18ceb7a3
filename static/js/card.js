/**
 * The card: next and back in place, by tap, swipe and key. Without this file both are links.
 *
 * @import { Card, Deck } from "./deck.js"
 */

import { isoDate, loadDeck, neighbour, ofTheDay } from "./deck.js";

const SWIPE_PIXELS = 48;
const TITLE_END = " · Pocket";

const article = /** @type {HTMLElement} */ (document.querySelector(".card"));
let shownId = article.dataset.id ?? "";
let shownPath = location.pathname;
/** @type {ViewTransition | undefined} */
let newest;

/** Listens for taps, swipes, keys and the browser's own back, once the deck is here. */
export async function enliven() {
  const deck = await loadDeck().catch(() => undefined);
  if (!deck) return;
  const turn = (/** @type {number} */ steps) => turnBy(deck, steps);
  const followDay = () => showToday(deck);
  followDay();
  document.addEventListener("visibilitychange", followDay);
  window.addEventListener("pageshow", followDay);
  window.addEventListener("popstate", () => showAddress(deck));
  listenForTaps(turn);
  listenForKeys(turn);
  listenForSwipes(turn);
}

function turnBy(/** @type {Deck} */ deck, /** @type {number} */ steps) {
  const card = neighbour(deck, shownId, steps);
  shownId = card.id;
  shownPath = `/affirmations/${card.id}`;
  history.pushState(null, "", shownPath);
  transition(() => show(deck, card));
}

/** Follows the browser's back and forward; a jump within the page changes nothing. */
function showAddress(/** @type {Deck} */ deck) {
  if (location.pathname === shownPath) return;
  shownPath = location.pathname;
  const now = new Date();
  const id = decodeURIComponent(shownPath.split("/")[2] ?? "");
  const card = id ? deck.cards.find((each) => each.id === id) : ofTheDay(deck, now);
  if (!card) return location.reload();
  shownId = card.id;
  transition(() => show(deck, card, id ? "" : isoDate(now)));
}

/** The front page may be yesterday's: made for another zone, or asleep over midnight. */
function showToday(/** @type {Deck} */ deck) {
  const now = new Date();
  const isToday = location.pathname !== "/" || article.dataset.date === isoDate(now);
  if (document.hidden || isToday) return;
  const card = ofTheDay(deck, now);
  shownId = card.id;
  show(deck, card, isoDate(now));
}

/** Writes a card into the page that is there; `date` is its ISO date when it is a day's card. */
function show(/** @type {Deck} */ deck, /** @type {Card} */ card, date = "") {
  const { title, hue, help } = deck.topics[card.topic];
  Object.assign(article.dataset, { id: card.id, topic: card.topic, hue, help: help ? "yes" : "", date });
  write(".card-topic", title);
  write(".words", card.text);
  write(".step p", card.step);
  /** @type {HTMLDetailsElement} */ (document.querySelector(".step")).open = false;
  point("[rel=next]", neighbour(deck, card.id, 1));
  point("[rel=prev]", neighbour(deck, card.id, -1));
  document.title = card.text + TITLE_END;
  forgetThePageBefore(date);
}

/** What the page said of itself when it was loaded is no longer so. */
function forgetThePageBefore(/** @type {string} */ date) {
  document.querySelector(".lost")?.remove();
  document.querySelector("link[rel=canonical]")?.remove();
  const today = document.querySelector(".bar a[href='/']");
  if (date) today?.setAttribute("aria-current", "page");
  else today?.removeAttribute("aria-current");
}

/** Changes the words softly where motion is welcome, and says them to a screen reader. */
function transition(/** @type {() => void} */ change) {
  const told = () => {
    change();
    write("#said", document.querySelector(".words")?.textContent ?? "");
  };
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (isCalm || !document.startViewTransition) return told();
  const root = document.documentElement;
  root.dataset.turning = "";
  const mine = (newest = document.startViewTransition(told));
  mine.finished.finally(() => {
    if (mine === newest) delete root.dataset.turning;
  });
}

function listenForTaps(/** @type {(steps: number) => void} */ turn) {
  document.addEventListener("click", (event) => {
    const link = /** @type {Element} */ (event.target).closest("[rel=next], [rel=prev]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    turn(link.matches("[rel=next]") ? 1 : -1);
  });
}

function listenForKeys(/** @type {(steps: number) => void} */ turn) {
  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    const forward = isRightToLeft() ? "ArrowLeft" : "ArrowRight";
    if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(event.key === forward ? 1 : -1);
  });
}

/** One finger drawn sideways; on a page that is zoomed in, a finger only moves it. */
function listenForSwipes(/** @type {(steps: number) => void} */ turn) {
  /** @type {PointerEvent | undefined} */
  let start;
  document.addEventListener("pointerdown", (event) => {
    const isZoomed = (window.visualViewport?.scale ?? 1) > 1.01;
    start = event.pointerType === "touch" && event.isPrimary && !isZoomed ? event : undefined;
  });
  document.addEventListener("pointercancel", () => (start = undefined));
  document.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    start = undefined;
    if (Math.abs(x) < SWIPE_PIXELS || Math.abs(x) < 2 * Math.abs(y)) return;
    turn(x < 0 === isRightToLeft() ? -1 : 1);
  });
}

function isRightToLeft() {
  return document.documentElement.dir === "rtl";
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}

function point(/** @type {string} */ selector, /** @type {Card} */ card) {
  document.querySelector(selector)?.setAttribute("href", `/affirmations/${card.id}`);
}
