/**
 * The card on the screen: today's, any other, another, and back. Without this file these are links.
 *
 * @import { Card } from "./deck.js"
 */

import { at } from "./addresses.js";
import { findCard, isoDate, topicOf } from "./deck.js";
import { afterPaint, article, markSaved, paint, point, soften, wordsShown } from "./face.js";
import { listenForTurns } from "./gestures.js";
import { onChange } from "./store.js";
import * as walk from "./walk.js";

/** @type {Card} */
let shown;
let shownAddress = addressNow();
/** How often the browser's own back and forward were followed. */
let jumps = 0;

/** Begins once the deck and the device's memory are here; false when there is no deck. */
export async function enliven() {
  try {
    await walk.begin();
  } catch {
    return false;
  }
  arrive(cardOfPage(), isFrontPage() && !ownCard() ? article.dataset.date : "");
  followDay();
  document.addEventListener("visibilitychange", followDay);
  window.addEventListener("pageshow", followDay);
  window.addEventListener("popstate", followAddress);
  onChange(follow);
  listenForTurns(turn);
  return true;
}

/** The card on the screen, in the wording that is shown. */
export function shownCard() {
  return { ...shown, said: wordsShown(), topicTitle: topicOf(walk.deck, shown).title };
}

/** Whether the card can be addressed by others; an own line cannot. */
export function isShared() {
  return Boolean(findCard(walk.deck, shown.id));
}

/** Shows the card `steps` further: forward into what is new, or along the way back and forth again. */
export function turn(/** @type {number} */ steps) {
  turnTo(steps > 0 ? walk.goAhead(shown) : walk.goBack(shown));
}

/** Shows a card again that was just left, or was left a while ago. */
export async function comeBackTo(/** @type {string} */ id) {
  await walk.catchUp();
  const card = walk.find(id);
  if (!card) return;
  if (walk.trail.at(-1) === id) walk.trail.step(-1);
  else walk.trail.goOn(id);
  turnTo(card);
}

function turnTo(/** @type {Card} */ card) {
  const address = (shownAddress = addressOf(card));
  const before = jumps;
  afterPaint(() => before === jumps && history.pushState(null, "", address));
  see(card);
  display(card);
  soften();
}

/** The own line of the address. */
function ownCard() {
  return location.hash.startsWith("#own-") ? walk.find(location.hash.slice(1)) : undefined;
}

/** A card that the reader came to by address: it is last on the trail and counts as seen. */
function arrive(/** @type {Card} */ card, date = "") {
  walk.trail.arrive(card.id);
  shownAddress = addressNow();
  see(card);
  if (card.id === article.dataset.id) settle(card);
  else display(card, date);
}

/** The page's own card: by its address, an own line by its fragment, else the day's. */
function cardOfPage() {
  return ownCard() ?? (isFrontPage() ? walk.cardOfDay() : (walk.find(article.dataset.id) ?? walk.cardOfDay()));
}

/** Follows the browser's back and forward; a jump within the page changes nothing. */
function followAddress() {
  if (addressNow() === shownAddress) return;
  jumps += 1;
  const id = isFrontPage() ? location.hash.slice(1) : decodeURIComponent(location.pathname.slice(at("").length).split("/")[2] ?? "");
  const card = id ? walk.find(id) : walk.cardOfDay();
  if (!card) return location.reload();
  shownAddress = addressNow();
  walk.trail.follow(card.id);
  display(card, id ? "" : isoDate(new Date()));
  soften();
}

/** The front page may be yesterday's: made for another zone, or asleep over midnight. */
function followDay() {
  const date = isoDate(new Date());
  if (document.hidden || isInTheMiddle() || !isFrontPage() || location.hash || article.dataset.date === date) return;
  arrive(walk.cardOfDay(), date);
  article.dataset.date = date;
}

/** A reader who has something open, or listens, does not want the words changed. */
function isInTheMiddle() {
  return document.querySelector("dialog[open]") !== null || Boolean(globalThis.speechSynthesis?.speaking);
}

/** Another tab, or this one, changed what is kept, or erased it. */
async function follow() {
  await walk.catchUp();
  const now = walk.find(shown.id);
  if (!now) turn(1);
  else if (now.text === shown.text) settle(now);
  else display(now);
}

function display(/** @type {Card} */ card, date = "") {
  paint(walk.deck, card, date);
  settle(card);
}

/** What belongs to the card beside its words: where the links lead, and whether it is saved. */
function settle(/** @type {Card} */ card) {
  shown = card;
  const [behind, ahead] = walk.around(card);
  point("[rel=prev]", addressOf(behind));
  point("[rel=next]", addressOf(ahead));
  point(".ask", `${at("/ask")}#card=${card.id}`);
  markSaved(walk.kept.saved.some(({ id }) => id === card.id));
}

function see(/** @type {Card} */ { id }) {
  walk.see(id);
  afterPaint(() => walk.keepSeen(id));
}

/** An own line has no address on any server; its id stands in the fragment, which never leaves the device. */
function addressOf(/** @type {Card} */ card) {
  return at(findCard(walk.deck, card.id) ? `/affirmations/${card.id}` : `/#${card.id}`);
}

function addressNow() {
  return location.pathname + (location.hash.startsWith("#own-") ? location.hash : "");
}

function isFrontPage() {
  return location.pathname === at("/");
}
