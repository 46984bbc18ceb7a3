/**
 * The card: next and back in place, by tap, swipe and key. Without this file both are links.
 *
 * @import { Card, Deck } from "./deck.js"
 */

import { isoDate, loadDeck, neighbour, ofTheDay } from "./deck.js";

const SWIPE_PIXELS = 48;
const TITLE_END = " · Pocket";

/** Listens for taps, swipes, keys and the browser's own back. */
export function enliven() {
  const face = /** @type {HTMLElement} */ (document.querySelector(".face"));
  loadDeck().then((deck) => setTitle(deck), () => undefined);
  face.addEventListener("click", turnOnTap);
  document.addEventListener("keydown", turnOnKey);
  window.addEventListener("popstate", showAddress);
  listenForSwipes(face);
}

/** Moves by `steps` cards; falls back to the link while the deck is not here. */
async function turn(/** @type {1 | -1} */ steps) {
  const link = /** @type {HTMLAnchorElement} */ (document.querySelector(steps > 0 ? "[rel=next]" : "[rel=prev]"));
  try {
    const deck = await loadDeck();
    const card = neighbour(deck, shownId(), steps);
    history.pushState(null, "", `/affirmations/${card.id}`);
    transition(() => show(deck, card));
  } catch {
    location.assign(link.href);
  }
}

/** Writes a card into the page that is there: words change, nothing is rebuilt. */
function show(/** @type {Deck} */ deck, /** @type {Card} */ card) {
  const topic = deck.topics[card.topic];
  const article = /** @type {HTMLElement} */ (document.querySelector(".card"));
  document.querySelector(".lost")?.remove();
  Object.assign(article.dataset, { id: card.id, topic: card.topic, hue: topic.hue, help: topic.help ? "yes" : "", date: "" });
  write(".card-topic", topic.title);
  write(".words", card.text);
  write(".step p", card.step);
  /** @type {HTMLDetailsElement} */ (document.querySelector(".step")).open = false;
  point("[rel=next]", neighbour(deck, card.id, 1));
  point("[rel=prev]", neighbour(deck, card.id, -1));
  document.title = card.text + TITLE_END;
}

/** Follows the browser's back and forward. */
async function showAddress() {
  const deck = await loadDeck();
  const id = decodeURIComponent(location.pathname.split("/")[2] ?? "");
  const card = id ? deck.cards.find((each) => each.id === id) : ofTheDay(deck, new Date());
  if (!card) return location.reload();
  transition(() => show(deck, card));
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
  document.startViewTransition(told).finished.finally(() => delete root.dataset.turning);
}

/** The first page may have been made for another day's date; its title follows the words. */
function setTitle(/** @type {Deck} */ deck) {
  const article = /** @type {HTMLElement} */ (document.querySelector(".card"));
  const now = new Date();
  if (article.dataset.date && article.dataset.date !== isoDate(now)) show(deck, ofTheDay(deck, now));
  if (!document.querySelector(".lost")) document.title = `${document.querySelector(".words")?.textContent}${TITLE_END}`;
}

function turnOnTap(/** @type {MouseEvent} */ event) {
  const link = /** @type {Element} */ (event.target).closest("[rel=next], [rel=prev]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  turn(link.matches("[rel=next]") ? 1 : -1);
}

function turnOnKey(/** @type {KeyboardEvent} */ event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  if (event.key === "ArrowRight" || event.key === "ArrowLeft") turn(event.key === forward ? 1 : -1);
}

function listenForSwipes(/** @type {HTMLElement} */ face) {
  /** @type {PointerEvent | undefined} */
  let start;
  face.addEventListener("pointerdown", (event) => {
    start = event.pointerType === "touch" && event.isPrimary ? event : undefined;
  });
  face.addEventListener("pointercancel", () => (start = undefined));
  face.addEventListener("pointerup", (event) => {
    if (!start) return;
    const [x, y] = [event.clientX - start.clientX, event.clientY - start.clientY];
    start = undefined;
    if (Math.abs(x) < SWIPE_PIXELS || Math.abs(x) < 2 * Math.abs(y)) return;
    turn((x < 0) === (document.documentElement.dir !== "rtl") ? 1 : -1);
  });
}

function shownId() {
  return /** @type {HTMLElement} */ (document.querySelector(".card")).dataset.id ?? "";
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}

function point(/** @type {string} */ selector, /** @type {Card} */ card) {
  document.querySelector(selector)?.setAttribute("href", `/affirmations/${card.id}`);
}
