// Fills the precached shell with a card of the precached deck: the server's template, the same
// arithmetic on the date (tests/vectors holds both sides to it). Never touches the network.
// The stylesheet goes into the page, so that a cold start waits for one answer and not for two.

/**
 * @typedef {[id: string, text: string, topic: string, step: string]} Card
 * @typedef {{topics: Record<string, {title: string, hue: number, help: boolean}>, cards: Card[], retired: Card[]}} Deck
 * @typedef {{text: string, headers: Headers}} Template
 */

const DAY_MILLISECONDS = 86_400_000;
const STYLESHEET_LINK = /<link rel="stylesheet"[^>]*>/;
const TOKEN = /\{\{pocket:(\w+)\}\}/g;
// As the server's templates write them, so that a filled page is the server's own.
const ENTITIES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ['"', "&#34;"], ["'", "&#39;"]]);
// What these say of the shell's bytes is wrong for a filled page.
const BYTE_HEADERS = ["content-encoding", "content-length", "etag", "last-modified"];

const readDeck = remember(async () => /** @type {Deck} */ (await (await precached(POCKET.deck)).json()));
const readStyles = remember(async () => (await precached(POCKET.stylesheet)).text());
const readShell = remember(() => readTemplate(POCKET.shell));
const readLost = remember(() => readTemplate(POCKET.lost));

/** The front page: the card of the device's own date, whatever the server's zone. */
async function todaysPage(/** @type {Date} */ now) {
  const [deck, shell] = await Promise.all([readDeck(), readShell()]);
  return filledPage(shell, valuesOf(deck, ofTheDay(deck, now), isoDate(now)), 200);
}

/** A card's own page, or nothing when the deck does not know the card. */
async function cardPage(/** @type {string} */ id) {
  const [deck, shell] = await Promise.all([readDeck(), readShell()]);
  const card = [...deck.cards, ...deck.retired].find((each) => each[0] === id);
  return card && filledPage(shell, valuesOf(deck, card, ""), 200);
}

/** The page for an address that leads nowhere, with the day's card on it. */
async function lostPage(/** @type {Date} */ now) {
  const [deck, shell] = await Promise.all([readDeck(), readLost()]);
  return filledPage(shell, valuesOf(deck, ofTheDay(deck, now), isoDate(now)), 404);
}

/** The card of a local date, of which only year, month and day count. */
function ofTheDay(/** @type {Deck} */ { cards }, /** @type {Date} */ date) {
  return /** @type {Card} */ (cards.at(dayNumber(date) % cards.length));
}

/** The local date as ISO text, such as 2027-01-15. */
function isoDate(/** @type {Date} */ date) {
  return new Date(dayNumber(date) * DAY_MILLISECONDS).toISOString().slice(0, 10);
}

/** Days from 1970-01-01 to the local date. */
function dayNumber(/** @type {Date} */ date) {
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MILLISECONDS;
}

/** What the template's tokens stand for; both neighbours of a retired card are the first card. */
function valuesOf(/** @type {Deck} */ { cards, topics }, /** @type {Card} */ card, /** @type {string} */ date) {
  const [id, text, topic, step] = card;
  const { title, hue, help } = topics[topic];
  const place = cards.indexOf(card);
  const neighbour = (/** @type {number} */ distance) =>
    cards[place < 0 ? 0 : (place + distance + cards.length) % cards.length][0];
  return {
    id, text, step, topic, topic_title: title, hue: String(hue), help: help ? "yes" : "",
    next: neighbour(1), previous: neighbour(-1), date,
  };
}

/** A template's text with every token's value in its place, escaped for HTML. */
function fill(/** @type {string} */ text, /** @type {Record<string, string>} */ values) {
  return text.replace(TOKEN, (_, name) => escapeHTML(values[name] ?? ""));
}

function escapeHTML(/** @type {string} */ text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? "");
}

/** @returns {Response} with the shell's own headers, Content-Security-Policy and all */
function filledPage(
  /** @type {Template} */ { text, headers },
  /** @type {Record<string, string>} */ values,
  /** @type {number} */ status,
) {
  return new Response(fill(text, values), { status, headers });
}

/** @returns {Promise<Template>} */
async function readTemplate(/** @type {string} */ path) {
  const [response, styles] = await Promise.all([precached(path), readStyles()]);
  const headers = new Headers(response.headers);
  for (const name of BYTE_HEADERS) headers.delete(name);
  const text = (await response.text()).replace(STYLESHEET_LINK, () => `<style>${styles}</style>`);
  return { text, headers };
}

async function precached(/** @type {string} */ path) {
  const response = await fromCache(path);
  if (!response) throw new Error(`${path} is not in the cache`);
  return response;
}
