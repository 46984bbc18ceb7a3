/**
 * Saved: saved cards, own lines, what was seen, and what is hidden. Everything is on this device.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept, OwnLine } from "./kept.js"
 * @import { Reading } from "./reading.js"
 */

import { findCard, loadDeck } from "./deck.js";
import * as documents from "./documents.js";
import { choose, lineProblem, ownCards, removeLine, save, tidyLine, unhide, unsave, writeLine } from "./kept.js";
import { notify } from "./notices.js";
import { countSeen } from "./reading.js";
import { askToStay, isLasting, onChange } from "./store.js";

const LONGEST_LIST = 100;

const form = /** @type {HTMLFormElement} */ (document.querySelector("#own-form"));
const field = /** @type {HTMLTextAreaElement} */ (form?.elements.namedItem("text"));
const mix = /** @type {HTMLInputElement} */ (document.querySelector("#mix-own"));
/** The line that is being written anew; "" for a new one. */
let editing = "";

/** Shows everything, and again after each change, in this tab or another. */
export async function start() {
  takeSharedWords();
  form.addEventListener("submit", keepLine);
  form.addEventListener("reset", () => edit());
  field.addEventListener("input", () => say(""));
  mix.addEventListener("change", () => documents.kept.change((kept) => choose(kept, { ownLines: mix.checked })));
  onChange(show);
  await show();
  unhideIf("#not-kept", !(await isLasting()));
}

/** Words that another app shared (the manifest's share target) wait in the field, and leave the address. */
function takeSharedWords() {
  const shared = new URLSearchParams(location.search);
  const words = ["title", "text", "url"].map((name) => shared.get(name) ?? "").filter(Boolean);
  if (!words.length) return;
  history.replaceState(null, "", location.pathname);
  field.value = words.join("\n");
  field.focus();
}

async function show() {
  const [deck, kept, reading] = await Promise.all([loadDeck(), documents.kept.read(), documents.reading.read()]);
  showSaved(deck, kept);
  showOwn(kept);
  showSeen(deck, kept, reading);
  showHidden(deck, kept);
  mix.checked = kept.choices.ownLines;
}

/** A card that has left the deck stands here in the words it had. */
function showSaved(/** @type {Deck} */ deck, /** @type {Kept} */ kept) {
  const cards = kept.saved.map((saved) => {
    const card = findCard(deck, saved.id);
    const own = kept.own.find(({ id }) => id === saved.id);
    const words = own?.text ?? card?.text ?? saved.text;
    const remove = async () => {
      await documents.kept.change((now) => unsave(now, saved.id));
      const act = () => documents.kept.change((now) => save(now, saved, saved.at));
      notify("No longer saved.", { label: "Undo", act });
    };
    return item(words, card || own ? addressOf(deck, saved.id) : "", [["Remove", remove]]);
  });
  list("#saved-list", cards);
  unhideIf("#no-saved", cards.length === 0);
}

function showOwn(/** @type {Kept} */ { own }) {
  list("#own-list", own.map((line) => item(line.text, `/#${line.id}`, [["Edit", () => edit(line)], ["Delete", () => remove(line)]])));
}

function showSeen(/** @type {Deck} */ deck, /** @type {Kept} */ kept, /** @type {Reading} */ reading) {
  const ids = [...new Set([...reading.history].reverse())].slice(0, LONGEST_LIST);
  const all = [...deck.cards, ...deck.retired, ...ownCards(kept)];
  const cards = ids.flatMap((id) => all.find((card) => card.id === id) ?? []);
  list("#history ul", cards.map((card) => item(card.text, addressOf(deck, card.id), [])));
  const seen = countSeen(reading, deck.cards);
  write("#seen", seen ? `Seen ${seen} of ${deck.cards.length} cards, the last first` : "What you have read waits here.");
}

function showHidden(/** @type {Deck} */ deck, /** @type {Kept} */ { hidden }) {
  const cards = hidden.flatMap(({ id }) => findCard(deck, id) ?? []);
  const show = (/** @type {Card} */ { id }) => documents.kept.change((kept) => unhide(kept, id));
  list("#hidden ul", cards.map((card) => item(card.text, addressOf(deck, card.id), [["Show again", () => show(card)]])));
  write("#hidden-count", cards.length ? `${cards.length} hidden` : "Cards you hide wait here, in case you change your mind.");
}

async function keepLine(/** @type {SubmitEvent} */ event) {
  event.preventDefault();
  const text = tidyLine(field.value);
  const problem = lineProblem(text, await documents.kept.read());
  if (problem) {
    field.focus();
    return say(problem);
  }
  const line = { id: editing || newId(), text, at: new Date().toISOString() };
  const { own } = await documents.kept.change((kept) => writeLine(kept, line));
  if (own.length === 1) askToStay();
  edit();
  say((await isLasting()) ? "Kept on this device." : "Kept until you close the app.");
}

/** Puts a line into the field to be written anew, or makes the field ready for a new one. */
function edit(/** @type {OwnLine | undefined} */ line = undefined) {
  editing = line?.id ?? "";
  field.value = line?.text ?? "";
  unhideIf("#own-form [type=reset]", Boolean(line));
  write("#own-label", line ? "Write it anew" : "Write a line to yourself");
  say("");
  if (line) field.focus();
}

async function remove(/** @type {OwnLine} */ line) {
  await documents.kept.change((kept) => removeLine(kept, line.id));
  notify("Deleted.", { label: "Undo", act: () => documents.kept.change((kept) => writeLine(kept, line)) });
}

function newId() {
  return `own-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}

/** @returns {HTMLLIElement} */
function item(/** @type {string} */ words, /** @type {string} */ address, /** @type {[string, () => unknown][]} */ deeds) {
  const made = document.createElement("li");
  const link = document.createElement(address ? "a" : "p");
  if (address) link.setAttribute("href", address);
  link.textContent = words;
  link.dir = "auto";
  const buttons = deeds.map(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${words}`);
    button.addEventListener("click", act);
    return button;
  });
  made.append(link, ...buttons);
  return made;
}

function addressOf(/** @type {Deck} */ deck, /** @type {string} */ id) {
  return findCard(deck, id) ? `/affirmations/${id}` : `/#${id}`;
}

function list(/** @type {string} */ selector, /** @type {HTMLLIElement[]} */ items) {
  document.querySelector(selector)?.replaceChildren(...items);
  unhideIf(selector, items.length > 0);
}

function say(/** @type {string} */ text) {
  write("#own-said", text);
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  const element = document.querySelector(selector);
  if (element) element.textContent = text;
}

function unhideIf(/** @type {string} */ selector, /** @type {boolean} */ isWanted) {
  const element = document.querySelector(selector);
  if (element instanceof HTMLElement) element.hidden = !isWanted;
}
