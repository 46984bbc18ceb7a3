/**
 * Topics: which of them Another brings, and a search over every word. What is typed stays in the field.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 */

import { at } from "./addresses.js";
import { loadDeck } from "./deck.js";
import * as documents from "./documents.js";
import { choose, ownCards, shownCards } from "./kept.js";
import { lineFound, search } from "./search.js";
import { onChange } from "./store.js";
import { _, ngettext } from "./words.js";

const topics = /** @type {HTMLElement} */ (document.querySelector("#topics"));
const everything = /** @type {HTMLButtonElement} */ (topics?.querySelector("button"));
const field = /** @type {HTMLInputElement} */ (document.querySelector("[type=search]"));
const results = /** @type {HTMLElement} */ (document.querySelector("#results"));

/** @type {Deck} */
let deck;
/** @type {Kept} */
let kept;

/** Fills the lists, then follows the field, the ticks, and changes of other tabs. */
export async function start() {
  [deck, kept] = await Promise.all([loadDeck(), documents.kept.read()]);
  topics.addEventListener("change", keepTick);
  everything.addEventListener("click", readAll);
  field.addEventListener("input", find);
  field.addEventListener("keydown", clear);
  onChange(follow);
  showChoice();
  fill();
}

function fill() {
  for (const { dataset, lastElementChild } of topics.querySelectorAll("details")) {
    const cards = deck.cards.filter(({ topic }) => topic === dataset.topic);
    lastElementChild?.replaceChildren(...shownCards(cards, kept).map((card) => item(card)));
  }
  find();
}

/** Changes the one that was ticked, so that another tab's choice stays. */
function keepTick(/** @type {Event} */ { target }) {
  const { value, checked } = /** @type {HTMLInputElement} */ (target);
  documents.kept.change((now) => {
    const others = now.choices.topics.filter((topic) => topic !== value);
    return choose(now, { topics: checked ? [...others, value] : others });
  });
}

/** The button leaves with the choice, so the focus goes on to the first tick. */
function readAll() {
  ticks()[0].focus();
  documents.kept.change((now) => choose(now, { topics: [] }));
}

async function follow() {
  const before = words(kept);
  kept = await documents.kept.read();
  showChoice();
  if (words(kept) !== before) fill();
}

/** What decides which cards there are to list and to find. */
function words(/** @type {Kept} */ { hidden, own }) {
  return JSON.stringify([hidden, own]);
}

function showChoice() {
  const chosen = kept.choices.topics;
  for (const tick of ticks()) {
    tick.disabled = false;
    tick.checked = chosen.includes(tick.value);
    tick.parentElement?.style.setProperty("--hue", String(deck.topics[tick.value].hue));
  }
  const titles = Object.entries(deck.topics).filter(([slug]) => chosen.includes(slug)).map(([, { title }]) => title);
  everything.hidden = titles.length === 0;
  write("#chosen", inWords(titles));
}

function inWords(/** @type {string[]} */ [first, second, ...others]) {
  if (!first) return _("“Another” brings cards from all topics.");
  if (!second) return _("“Another” brings cards from “%(first)s”.", { first });
  if (!others.length) return _("“Another” brings cards from “%(first)s” and “%(second)s”.", { first, second });
  return _("“Another” brings cards from “%(first)s” and %(n)s more.", { first, n: others.length + 1 });
}

/** Shows what fits what is typed; the topics stay where nothing does. */
function find() {
  const query = field.value;
  const cards = search(shownCards([...deck.cards, ...ownCards(kept)], kept), deck.topics, query);
  const isOpen = query.trim() !== "";
  results.replaceChildren(...cards.map((card) => item(card, query)));
  results.hidden = cards.length === 0;
  topics.hidden = cards.length > 0;
  const nothing = _("No card says it in these words. Another word may find one, and every topic is still below.");
  write("#found", !isOpen ? "" : cards.length ? ngettext("%(n)s card", "%(n)s cards", cards.length) : nothing);
}

function clear(/** @type {KeyboardEvent} */ event) {
  if (event.key !== "Escape") return;
  field.value = "";
  find();
}

/** A link to a card; where it was searched, with the line that was found, or its topic. */
function item(/** @type {Card} */ card, query = "") {
  const link = document.createElement("a");
  link.href = at(card.topic ? `/affirmations/${card.id}` : `/#${card.id}`);
  link.textContent = card.text;
  link.dir = "auto";
  const made = document.createElement("li");
  made.append(link);
  if (!query) return made;
  const found = lineFound(card, query);
  const note = document.createElement("small");
  note.textContent = found && found !== card.text ? found : (deck.topics[card.topic]?.title ?? _("Your own line"));
  link.append(note);
  return made;
}

function ticks() {
  return [...topics.querySelectorAll("input")];
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = /** @type {HTMLElement} */ (document.querySelector(selector));
  if (element.textContent !== text) element.textContent = text;
}
