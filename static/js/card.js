/**
 * The card on the screen: today's, any other, another, and back. Without this file these are links.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 * @import { Reading } from "./reading.js"
 */

import { findCard, isoDate, loadDeck, neighbour, ofTheDay, topicOf } from "./deck.js";
import * as documents from "./documents.js";
import { afterPaint, article, markSaved, paint, point, soften, wordsShown } from "./face.js";
import { listenForTurns } from "./gestures.js";
import { ownCards, shownCards } from "./kept.js";
import { pick, poolOf, show } from "./reading.js";
import { onChange } from "./store.js";
import { Trail } from "./trail.js";

/** @type {Deck} */
let deck;
/** @type {Kept} */
let kept;
/** @type {Reading} */
let reading;
/** What Another chooses from. @type {Card[]} */
let pool;
/** What was seen and is not on the disk yet. @type {Set<string>} */
const unwritten = new Set();
/** @type {Trail} */
let trail;
/** @type {Card} */
let shown;
let shownAddress = addressNow();
/** @type {Card | undefined} */
let upcoming;

/** Begins once the deck and the device's memory are here; false when there is no deck. */
export async function enliven() {
  try {
    [deck, kept, reading] = await Promise.all([loadDeck(), documents.kept.read(), documents.reading.read()]);
  } catch {
    return false;
  }
  pool = poolOf(deck, kept);
  trail = new Trail(reading.history);
  arrive(cardOfPage(), isFrontPage() ? article.dataset.date : "");
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
  return { ...shown, said: wordsShown(), topicTitle: topicOf(deck, shown).title };
}

/** Whether the card can be addressed by others; an own line cannot. */
export function isShared() {
  return Boolean(findCard(deck, shown.id));
}

/** Shows the card `steps` further: forward into what is new, or along the way back and forth again. */
export function turn(/** @type {number} */ steps) {
  const card = steps > 0 ? cardAhead() : cardBehind();
  const address = (shownAddress = addressOf(card));
  afterPaint(() => history.pushState(null, "", address));
  see(card);
  display(card);
  soften();
}

function cardAhead() {
  const again = trail.step(1) && find(trail.at(0));
  if (again) return again;
  const card = upcoming && isWanted(upcoming) ? upcoming : (choose() ?? neighbour(deck, shown.id, 1));
  trail.goOn(card.id);
  return card;
}

function cardBehind() {
  while (trail.step(-1)) {
    const card = find(trail.at(0));
    if (card) return card;
  }
  const card = neighbour(deck, shown.id, -1);
  trail.goBefore(card.id);
  return card;
}

function choose() {
  return pick(reading, pool, shown.id, Math.random);
}

function isWanted(/** @type {Card} */ { id }) {
  return pool.some((card) => card.id === id);
}

function find(/** @type {string | undefined} */ id = "") {
  return findCard(deck, id) ?? ownCards(kept).find((card) => card.id === id);
}

/** A card that the reader came to by address: it is last on the trail and counts as seen. */
function arrive(/** @type {Card} */ card, date = "") {
  trail.arrive(card.id);
  shownAddress = addressNow();
  see(card);
  if (card.id === article.dataset.id) settle(card);
  else display(card, date);
}

/** The page's own card: by its address, an own line by its fragment, else the day's. */
function cardOfPage() {
  const own = find(location.hash.slice(1));
  if (own) return own;
  return isFrontPage() ? cardOfDay() : (find(article.dataset.id ?? "") ?? cardOfDay());
}

/** The day's card, or the next that this reader has not hidden. */
function cardOfDay() {
  const todays = ofTheDay(deck, new Date());
  const place = deck.cards.indexOf(todays);
  const fromHere = [...deck.cards.slice(place), ...deck.cards.slice(0, place)];
  return shownCards(fromHere, kept)[0] ?? todays;
}

/** Follows the browser's back and forward; a jump within the page changes nothing. */
function followAddress() {
  if (addressNow() === shownAddress) return;
  const id = isFrontPage() ? location.hash.slice(1) : decodeURIComponent(location.pathname.split("/")[2] ?? "");
  const card = id ? find(id) : cardOfDay();
  if (!card) return location.reload();
  shownAddress = addressNow();
  trail.follow(card.id);
  display(card, id ? "" : isoDate(new Date()));
  soften();
}

/** The front page may be yesterday's: made for another zone, or asleep over midnight. */
function followDay() {
  const date = isoDate(new Date());
  if (document.hidden || isInTheMiddle() || !isFrontPage() || location.hash || article.dataset.date === date) return;
  arrive(cardOfDay(), date);
  article.dataset.date = date;
}

/** A reader who has something open, or listens, does not want the words changed. */
function isInTheMiddle() {
  return document.querySelector("dialog[open]") !== null || Boolean(globalThis.speechSynthesis?.speaking);
}

/** Another tab, or this one, changed what is kept, or erased it. */
async function follow() {
  [kept, reading] = await Promise.all([documents.kept.read(), documents.reading.read()]);
  pool = poolOf(deck, kept);
  for (const id of unwritten) reading = show(reading, id, pool);
  settle(shown);
}

function display(/** @type {Card} */ card, date = "") {
  paint(deck, card, date);
  settle(card);
}

/** What belongs to the card beside its words: where the links lead, and whether it is saved. */
function settle(/** @type {Card} */ card) {
  shown = card;
  if (!upcoming || upcoming.id === card.id || !isWanted(upcoming)) upcoming = choose();
  point("[rel=next]", addressOf(find(trail.at(1)) ?? upcoming ?? neighbour(deck, card.id, 1)));
  point("[rel=prev]", addressOf(find(trail.at(-1)) ?? neighbour(deck, card.id, -1)));
  markSaved(kept.saved.some(({ id }) => id === card.id));
}

/** Counts a card as seen: here at once, since the next is chosen by it, and on the disk when there is time. */
function see(/** @type {Card} */ { id }) {
  reading = show(reading, id, pool);
  unwritten.add(id);
  afterPaint(async () => {
    await documents.reading.change((stored) => show(stored, id, pool));
    unwritten.delete(id);
  });
}

/** An own line has no address on any server; its id stands in the fragment, which never leaves the device. */
function addressOf(/** @type {Card} */ card) {
  return findCard(deck, card.id) ? `/affirmations/${card.id}` : `/#${card.id}`;
}

function addressNow() {
  return location.pathname + (location.hash.startsWith("#own-") ? location.hash : "");
}

function isFrontPage() {
  return location.pathname === "/";
}
