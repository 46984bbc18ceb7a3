/**
 * Saved: saved cards, own lines, what was seen, and what is hidden. Everything is on this device.
 *
 * @import { Card, Deck } from "./deck.js"
 * @import { Kept } from "./kept.js"
 * @import { Reading } from "./reading.js"
 */

import { at } from "./addresses.js";
import { loadDeck } from "./deck.js";
import * as documents from "./documents.js";
import { choose, lineProblem, MOST_OWN_LINES, ownCards, removeLine, tidyLine, unhide, unsave, writeLine } from "./kept.js";
import { notify } from "./notices.js";
import { countSeen } from "./reading.js";
import { askToStay, isLasting, onChange } from "./store.js";
import { _, ngettext } from "./words.js";

const LONGEST_LIST = 100;

const form = /** @type {HTMLFormElement} */ (document.querySelector("#own-form"));
const field = /** @type {HTMLTextAreaElement} */ (form?.elements.namedItem("text"));
const mix = /** @type {HTMLInputElement} */ (document.querySelector("#mix-own"));
/** The line that is being written anew; "" for a new one. */
let editing = "";
let isKeeping = false;

/** Shows everything, and again after each change, in this tab or another. */
export async function start() {
  takeSharedWords();
  form.addEventListener("submit", keepLine);
  form.addEventListener("reset", () => {
    edit();
    field.focus();
  });
  field.addEventListener("input", () => say(""));
  mix.addEventListener("change", () => documents.kept.change((kept) => choose(kept, { ownLines: mix.checked })));
  onChange(show);
  await show().finally(() => document.querySelectorAll(":disabled").forEach((each) => each.removeAttribute("disabled")));
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
  const all = new Map([...ownCards(kept), ...deck.retired, ...deck.cards].map((card) => [card.id, card]));
  showSaved(all, kept);
  list("#own-list", kept.own.map((line) => item(line, { [_("Edit")]: () => edit(line), [_("Delete")]: () => remove("own", line) })));
  showSeen(all, deck, reading);
  showHidden(all, kept);
  mix.checked = kept.choices.ownLines;
}

/** A card that has left the deck stands here in the words it had. */
function showSaved(/** @type {Map<string, Card>} */ all, /** @type {Kept} */ { saved }) {
  unhideIf("#no-saved", saved.length === 0);
  list("#saved-list", saved.map((each) => item(all.get(each.id) ?? { text: each.text }, { [_("Remove")]: () => remove("saved", each) })));
}

function showSeen(/** @type {Map<string, Card>} */ all, /** @type {Deck} */ deck, /** @type {Reading} */ reading) {
  const ids = [...new Set([...reading.history].reverse())].slice(0, LONGEST_LIST);
  list("#history ul", ids.flatMap((id) => all.get(id) ?? []).map((card) => item(card, {})));
  const seen = countSeen(reading, deck.cards);
  write("#seen", seen ? _("Seen %(seen)s of %(all)s cards, the last first", { seen, all: deck.cards.length }) : _("What you have read waits here."));
}

function showHidden(/** @type {Map<string, Card>} */ all, /** @type {Kept} */ { hidden }) {
  const cards = hidden.flatMap(({ id }) => all.get(id) ?? []);
  const show = (/** @type {Card} */ { id }) => documents.kept.change((kept) => unhide(kept, id));
  list("#hidden ul", cards.map((card) => item(card, { [_("Show again")]: () => show(card) })));
  write("#hidden-count", cards.length ? ngettext("%(n)s hidden", "%(n)s hidden", cards.length) : _("Cards you hide wait here, in case you change your mind."));
}

/** What is typed on while the disk answers stays in the field. */
async function keepLine(/** @type {SubmitEvent} */ event) {
  event.preventDefault();
  if (isKeeping) return;
  isKeeping = true;
  const typed = field.value;
  const line = { id: editing || newId(), text: tidyLine(typed), at: new Date().toISOString() };
  const kept = await documents.kept.change((now) => writeLine(now, line)).finally(() => (isKeeping = false));
  const problem = lineProblem(line, kept);
  if (problem) return refuse(problem);
  if (kept.own.length === 1) askToStay();
  if (field.value === typed) edit();
  say((await isLasting()) ? _("Kept on this device.") : _("Kept until you close the app."));
}

/** Puts a line into the field to be written anew, or makes the field ready for a new one. */
function edit(/** @type {{id: string, text: string} | undefined} */ line = undefined) {
  editing = line?.id ?? "";
  field.value = line?.text ?? "";
  unhideIf("#own-form [type=reset]", Boolean(line));
  write("#own-label", line ? _("Write it anew") : _("Write a line to yourself"));
  say("");
  if (line) field.focus();
}

/** Takes something away, and offers to bring it back; a line that finds no room any more waits in the field. */
async function remove(/** @type {"saved" | "own"} */ list, /** @type {{id: string, text: string}} */ line) {
  const { id } = line;
  let before = /** @type {Kept} */ ({});
  await documents.kept.change((now) => (list === "own" ? removeLine : unsave)((before = now), id));
  const act = async () => {
    const now = await documents.kept.change((now) => putBack(now, before, id));
    await show();
    const place = now[list].findIndex((each) => each.id === id);
    if (place >= 0) return focusAt(find(`#${list}-list`), place);
    if (!field.value) edit(line);
    refuse(lineProblem(line, now));
  };
  notify(list === "own" ? _("Deleted.") : _("No longer saved."), { label: _("Undo"), act });
}

/** All of it in its old order, what is new first; nothing comes back where a line finds no room. */
function putBack(/** @type {Kept} */ now, /** @type {Kept} */ before, /** @type {string} */ id) {
  const back = { ...now };
  for (const list of /** @type {const} */ (["saved", "hidden", "own"])) {
    const ids = before[list].map((each) => each.id);
    const all = /** @type {any[]} */ ([...now[list], ...before[list].filter((each) => each.id === id)]);
    back[list] = all.sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
  }
  return back.own.length > MOST_OWN_LINES ? now : back;
}

function newId() {
  return `own-${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;
}

/** What has no id any more leads nowhere; what has no topic is an own line. */
function item(/** @type {{id?: string, text: string, topic?: string}} */ { id, text, topic }, /** @type {Record<string, () => unknown>} */ deeds) {
  const made = document.createElement("li");
  const link = document.createElement(id ? "a" : "p");
  if (id) link.setAttribute("href", at(topic ? `/affirmations/${id}` : `/#${id}`));
  link.textContent = text;
  link.dir = "auto";
  const buttons = Object.entries(deeds).map(([label, act]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${text}`);
    button.addEventListener("click", act);
    return button;
  });
  made.append(link, ...buttons);
  return made;
}

/** Touches only what is another, so that the focus stays; where its item goes, it moves to the neighbour. */
function list(/** @type {string} */ selector, /** @type {HTMLLIElement[]} */ items) {
  const place = find(selector);
  const spot = [...place.children].findIndex((each) => each.contains(document.activeElement));
  items.forEach((each, index) => {
    const old = place.children[index];
    if (each.isEqualNode(old)) return;
    if (each.isEqualNode(old?.nextSibling)) old.remove();
    else place.insertBefore(each, old);
  });
  while (place.children[items.length]) place.children[items.length].remove();
  unhideIf(selector, items.length > 0);
  if (spot >= 0) focusAt(place, spot);
}

/** A lost focus comes to the item, else to what its section says first. */
function focusAt(/** @type {Element} */ place, /** @type {number} */ index) {
  if (document.activeElement !== document.body) return;
  const item = place.children[index] ?? place.lastElementChild;
  const first = item?.querySelector("a, button") ?? place.closest("details, section")?.querySelector("summary, p, h2:not(.unseen)");
  const target = /** @type {HTMLElement} */ (first);
  target.tabIndex &&= -1; // what takes no focus by itself does so once its -1 is written down
  target.focus();
}

function refuse(/** @type {string} */ problem) {
  field.focus();
  say(problem);
}

function say(/** @type {string} */ text) {
  write("#own-said", text);
}

function write(/** @type {string} */ selector, /** @type {string} */ text) {
  find(selector).textContent = text;
}

function unhideIf(/** @type {string} */ selector, /** @type {boolean} */ isWanted) {
  find(selector).hidden = !isWanted;
}

/** @returns {HTMLElement} */
function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
