/**
 * The face of a card: its words in the page that is there. Knows no order and keeps nothing.
 *
 * @import { Card, Deck } from "./deck.js"
 */

import { at } from "./addresses.js";
import { topicOf } from "./deck.js";
import { _ } from "./words.js";

const TURN_MILLISECONDS = 260;
const LONGEST_WAIT_MILLISECONDS = 200;

export const article = /** @type {HTMLElement} */ (document.querySelector(".card"));

/** Writes a card into the page, its words first; `date` is its ISO date when it is a day's card. An own line stays out of the browser's history. */
export function paint(/** @type {Deck} */ deck, /** @type {Card} */ card, date = "") {
  const { title, hue, help } = topicOf(deck, card);
  const faces = card.gentle ? "two" : "";
  Object.assign(article.dataset, { id: card.id, topic: card.topic, help: help ? "yes" : "", faces, date });
  article.removeAttribute("data-flipped");
  write(".card-topic", title);
  write(".words .plain", card.text);
  write(".words .gentle", card.gentle);
  write(".step p", card.step);
  /** @type {HTMLDetailsElement} */ (document.querySelector(".step")).open = false;
  forgetThePageBefore(date);
  say();
  afterPaint(() => {
    article.dataset.hue = String(hue);
    document.title = `${card.topic ? card.text : title} · ${_("Pocket")}`;
  });
}

/** Does what need not hold up the words once they are on the screen; a hidden page paints nothing. */
export function afterPaint(/** @type {() => unknown} */ work) {
  let isDone = false;
  const once = () => (isDone ||= Boolean([work()]));
  requestAnimationFrame(() => setTimeout(once));
  setTimeout(once, LONGEST_WAIT_MILLISECONDS);
}

/** The words as they stand on the screen, in the gentler wording where that is chosen. */
export function wordsShown() {
  const isGentle = (document.documentElement.dataset.face === "gentle") !== article.hasAttribute("data-flipped");
  const face = isGentle && article.dataset.faces ? ".gentle" : ".plain";
  return article.querySelector(face)?.textContent ?? "";
}

/** Shows the other wording of a card that has two. */
export function flip() {
  if (!article.dataset.faces) return;
  article.toggleAttribute("data-flipped");
  soften();
  say();
}

/** The new words are there at once; where motion is welcome they come in softly. */
export function soften() {
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches || document.documentElement.dataset.motion;
  if (isCalm) return;
  const from = { opacity: 0.2, transform: "translateY(6px)" };
  document.querySelector(".words")?.animate([from, {}], { duration: TURN_MILLISECONDS, easing: "ease-out" });
}

/** Where a link of the card leads. */
export function point(/** @type {string} */ selector, /** @type {string} */ address) {
  document.querySelector(selector)?.setAttribute("href", address);
}

export function markSaved(/** @type {boolean} */ isSaved) {
  document.querySelector("[data-do=save]")?.setAttribute("aria-pressed", String(isSaved));
}

/** To a screen reader, which does not see that the words have changed. */
function say() {
  write("#said", wordsShown());
}

/** What the page said of itself when it was loaded is no longer so. */
function forgetThePageBefore(/** @type {string} */ date) {
  document.querySelector(".lost")?.remove();
  document.querySelector("link[rel=canonical]")?.remove();
  const today = document.querySelector(`.bar a[href="${at("/")}"]`);
  if (date) today?.setAttribute("aria-current", "page");
  else today?.removeAttribute("aria-current");
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}
