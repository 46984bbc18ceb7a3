// Puts pages together out of what is precached: one frame, the parts of every page, and the words
// of the deck. The server's templates, the same arithmetic on the date (tests/vectors holds both
// sides to it). The stylesheet goes into the page, so that a cold start waits for one answer less.
// Never touches the network.

/**
 * @typedef {[id: string, text: string, topic: string, step: string, gentle: string]} Card
 * @typedef {{topics: Record<string, {title: string, hue: number, help: boolean}>, cards: Card[], retired: Card[]}} Deck
 */

const DAY_MILLISECONDS = 86_400_000;
const INSTEAD = { lost: 404, away: 503 };
const STYLESHEET_LINK = /<link rel="stylesheet"[^>]*>/;
const TOKEN = /\{\{pocket:(\w+)\}\}/g;
// As the server's templates write them, so that a filled page is the server's own.
const ENTITIES = new Map([["&", "&amp;"], ["<", "&lt;"], [">", "&gt;"], ['"', "&#34;"], ["'", "&#39;"]]);

const readDeck = remember(async () => /** @type {Deck} */ (await (await precached(POCKET.deck)).json()));
const readStyles = remember(async () => (await precached(POCKET.stylesheet)).text());
const readPack = remember(loadPack);
const readRest = remember(async () => openPack(await precached(POCKET.rest)));

/** The front page: the card of the device's own date, whatever the server's zone. */
async function todaysPage(/** @type {Date} */ now) {
  const deck = await readDeck();
  return page("card", { path: "/", values: valuesOf(deck, ofTheDay(deck, now), isoDate(now)) });
}

/** A card's own page, or nothing when the deck does not know the card. */
async function cardPage(/** @type {string} */ id) {
  const deck = await readDeck();
  const card = [...deck.cards, ...deck.retired].find((each) => each[0] === id);
  return card && page("card", { values: valuesOf(deck, card, "") });
}

/** The page for an address that leads nowhere, or only with a network, with the day's card on it. */
async function pageInstead(/** @type {keyof typeof INSTEAD} */ name, /** @type {Date} */ now) {
  const deck = await readDeck();
  return page(name, { values: valuesOf(deck, ofTheDay(deck, now), isoDate(now)), status: INSTEAD[name] });
}

/** A page without a card. */
function sheet(/** @type {string} */ path) {
  return page(path, { path });
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
  const [id, text, topic, step, gentle] = card;
  const { title, hue, help } = topics[topic];
  const place = cards.indexOf(card);
  const neighbour = (/** @type {number} */ distance) =>
    cards[place < 0 ? 0 : (place + distance + cards.length) % cards.length][0];
  return {
    id, text, step, gentle, faces: gentle ? "two" : "", topic, topic_title: title, hue: String(hue), help: help ? "yes" : "",
    next: neighbour(1), previous: neighbour(-1), date,
  };
}

/**
 * A page in the frame, with the frame's own headers, Content-Security-Policy and all, and its own name.
 * @param {string} name of its parts
 * @param {{path?: string, values?: Record<string, string>, status?: number}} how `path` is the place it has in the bar
 */
async function page(name, { path = "", values = {}, status = 200 }) {
  const { frame, parts } = await readPack();
  const found = parts[name] ?? (await readRest()).parts[name];
  const [title, main] = found.map((part) => fill(part, values));
  const text = frame.text
    .replace(`<a href="${POCKET.prefix}${path}"`, (link) => `${link} aria-current="page"`)
    .replace(TOKEN, (_, part) => (part === "title" ? title : main));
  return new Response(text, { status, headers: { ...frame.headers, "Pocket-Page": name.replace("/", "") } });
}

/** A part's text with every token's value in its place, escaped for HTML. */
function fill(/** @type {string} */ text, /** @type {Record<string, string>} */ values) {
  return text.replace(TOKEN, (_, name) => escapeHTML(values[name] ?? ""));
}

function escapeHTML(/** @type {string} */ text) {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? "");
}

/** The pack, with the styles in its frame. */
async function loadPack() {
  const [response, styles] = await Promise.all([precached(POCKET.pack), readStyles()]);
  const pack = await openPack(response);
  pack.frame.text = pack.frame.text.replace(STYLESHEET_LINK, () => `<style>${styles}</style>`);
  return pack;
}

async function precached(/** @type {string} */ path) {
  const response = await fromCache(path);
  if (!response) throw new Error(`${path} is not in the cache`);
  return response;
}
