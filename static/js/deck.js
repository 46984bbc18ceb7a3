/**
 * The deck on the device: loaded once, read by rules that the server knows too.
 *
 * @typedef {{id: string, text: string, topic: string, step: string, gentle: string}} Card
 * @typedef {{title: string, hue: number, help: boolean}} Topic
 * @typedef {{topics: Record<string, Topic>, cards: Card[], retired: Card[]}} Deck
 */

import { _ } from "./words.js";

const DAY_MILLISECONDS = 86_400_000;

/** @type {Promise<Deck> | undefined} */
let loading;

/** The deck whose address the page carries; a failure is forgotten, so that a later call tries again. */
export function loadDeck() {
  loading ??= fetchDeck().catch((error) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The card of a local date, of which only year, month and day count. */
export function ofTheDay(/** @type {Deck} */ { cards }, /** @type {Date} */ date) {
  return /** @type {Card} */ (cards.at(dayNumber(date) % cards.length));
}

/** The card `steps` places after (or before) the card with this id, round and round. */
export function neighbour(/** @type {Deck} */ deck, /** @type {string} */ id, /** @type {number} */ steps) {
  const place = deck.cards.findIndex((card) => card.id === id);
  const count = deck.cards.length;
  return deck.cards[place < 0 ? 0 : (place + steps + count) % count];
}

/** A living or retired card, if there is one with this id. */
export function findCard(/** @type {Deck} */ { cards, retired }, /** @type {string} */ id) {
  return cards.find((card) => card.id === id) ?? retired.find((card) => card.id === id);
}

/** The topic of a card; a reader's own line has the look of the first one, and no help link. */
export function topicOf(/** @type {Deck} */ { topics }, /** @type {Card} */ { topic }) {
  return topics[topic] ?? { ...Object.values(topics)[0], title: _("Your own line"), help: false };
}

/** The local date as ISO text, such as 2027-01-15. */
export function isoDate(/** @type {Date} */ date) {
  return new Date(dayNumber(date) * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** @returns {Deck} the deck from its compact JSON */
export function unpackDeck(/** @type {any} */ packed) {
  const unpack = (/** @type {string[]} */ [id, text, topic, step, gentle]) => ({ id, text, topic, step, gentle });
  return { topics: packed.topics, cards: packed.cards.map(unpack), retired: packed.retired.map(unpack) };
}

/** Days from 1970-01-01 to the local date. */
function dayNumber(/** @type {Date} */ date) {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MILLISECONDS;
}

async function fetchDeck() {
  const response = await fetch(/** @type {string} */ (document.documentElement.dataset.deck));
  if (!response.ok) throw new Error(`deck: ${response.status}`);
  return unpackDeck(await response.json());
}
