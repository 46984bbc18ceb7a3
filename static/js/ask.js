/**
 * Ask: which kind of help, then the words. Where the reader is stands in the address's fragment, which
 * never leaves the device: `kind`, the person it is for (`to`), a `draft`, and the `card` they came from.
 *
 * @typedef {{title: string, starters: Map<string, string>}} Kind the starters by tone and length, such as "plain-line"
 */

import { asking, newId, whyNotKept } from "./asking-document.js";
import { drop, put } from "./asking.js";
import { findCard, loadDeck } from "./deck.js";
import * as documents from "./documents.js";
import { compose, draftNow, keptAs, startCompose } from "./compose.js";
import { showIntentions, startIntentions } from "./intentions.js";
import { notify } from "./notices.js";
import { showPeople, startPeople } from "./people.js";
import { deed, rowOf, showRows } from "./rows.js";
import { isLasting, onChange } from "./store.js";
import { _ } from "./words.js";

const title = find("#ask-title");
const heading = title?.textContent ?? "";
const places = find("#kinds");
/** @type {Map<string, Kind>} */
const kinds = new Map();
/** The id of the next new draft: a second tap before the first is done makes none of its own. */
let fresh = newId();

/** Takes the words out of the page, and shows what the address says. */
export async function start() {
  for (const each of places.querySelectorAll("details")) takeKind(each);
  startCompose(kinds);
  startPeople(kinds);
  startIntentions();
  find("#keep-draft").addEventListener("click", keepDraft);
  find("#another-day").addEventListener("click", intend);
  onChange(showLists);
  addEventListener("hashchange", () => show(true));
  await showLists();
  await show(false);
}

/** Of a list to open, which is there without scripts, one link is left. */
function takeKind(/** @type {HTMLDetailsElement} */ details) {
  const link = document.createElement("a");
  link.className = "row";
  link.dataset.kind = details.id;
  link.append(...(details.querySelector("summary")?.childNodes ?? []));
  const starters = [...details.querySelectorAll("li")].map((each) => /** @type {[string, string]} */ ([each.dataset.as, textOf(each)]));
  kinds.set(details.id, { title: link.querySelector("b")?.textContent ?? "", starters: new Map(starters) });
  const first = details.querySelector("#safe-first");
  if (first) find("#compose").prepend(first);
  details.replaceWith(link);
}

/** A starter as it was written: hidden are its pieces with gaps. */
function textOf(/** @type {HTMLElement} */ item) {
  return [...item.childNodes].map((node) => (node.nodeName === "I" ? `[${node.textContent}]` : node.textContent)).join("");
}

async function show(/** @type {boolean} */ isMove) {
  const { kind = "", to = "", draft = "", card = "" } = Object.fromEntries(place());
  const chosen = kinds.get(kind);
  const found = chosen && (await Promise.all([asking.read(), wordsOf(card)]));
  find("#choosing").hidden = Boolean(chosen);
  find("#compose").hidden = !chosen;
  find("#safe-first").hidden = kind !== "hard-night";
  find("#ask-safe").hidden = kind === "hard-night";
  title.textContent = chosen?.title ?? heading;
  for (const link of places.querySelectorAll("a")) link.href = addressOf({ card, kind: link.dataset.kind ?? "" });
  find("#ask-back").setAttribute("href", addressOf({ card }));
  if (found) {
    const [{ people, drafts }, words] = found;
    const before = drafts.find(({ id }) => id === draft);
    compose({ kind, people, to, draft, text: before?.text ?? "", card: words });
  }
  if (!isMove) return;
  scrollTo(0, 0);
  title.focus({ preventScroll: true });
}

/** The words of the card, or own line, that the reader came from. */
async function wordsOf(/** @type {string} */ id) {
  if (!id) return "";
  const [deck, kept] = await Promise.all([loadDeck().catch(() => null), documents.kept.read()]);
  return (deck && findCard(deck, id)?.text) ?? kept.own.find((line) => line.id === id)?.text ?? "";
}

async function showLists() {
  const kept = await asking.read();
  showPeople(kept.people);
  showIntentions(kept.intentions);
  const rows = kept.drafts.map((draft) => {
    const href = addressOf({ kind: draft.kind, draft: draft.id });
    return rowOf({ text: draft.text, href }, [deed(_("Delete"), draft.text, () => dropDraft(draft))]);
  });
  showRows(find("#drafts ul"), rows);
  find("#drafts").hidden = rows.length === 0;
}

async function keepDraft() {
  const { hash } = location;
  const where = Object.fromEntries(place());
  const draft = { id: where.draft ?? fresh, kind: where.kind, text: draftNow(), at: new Date().toISOString() };
  if (!draft.text) return notify(_("There are no words here yet."));
  const why = whyNotKept(await asking.change((now) => put(now, "drafts", draft)), "drafts", draft);
  if (why) return notify(why);
  if (draft.id === fresh) fresh = newId();
  if (location.hash === hash) {
    history.replaceState(history.state, "", addressOf({ ...where, draft: draft.id }));
    keptAs(draft);
  }
  notify((await isLasting()) ? _("Kept on this device.") : _("Kept until you close the app."));
}

async function dropDraft(/** @type {import("./asking.js").Draft} */ draft) {
  await asking.change((now) => drop(now, "drafts", draft.id));
  notify(_("Deleted."), { label: _("Undo"), act: () => asking.change((now) => put(now, "drafts", draft)) });
}

/** Leaves the words and opens what is kept for another day. */
function intend(/** @type {Event} */ event) {
  event.preventDefault();
  const who = /** @type {HTMLFormElement} */ (find("#compose")).elements;
  const name = /** @type {HTMLInputElement} */ (who.namedItem("name")).value;
  addEventListener("hashchange", () => setTimeout(openIntention, 0, name), { once: true });
  location.hash = addressOf({ card: place().get("card") ?? "" });
}

function openIntention(/** @type {string} */ name) {
  const details = /** @type {HTMLDetailsElement} */ (find("#intentions details"));
  const field = /** @type {HTMLInputElement} */ (details.querySelector("[name=who]"));
  details.open = true;
  field.value = name;
  field.focus();
}

function place() {
  return new URLSearchParams(location.hash.slice(1));
}

function addressOf(/** @type {Record<string, string>} */ where) {
  return `#${new URLSearchParams(Object.entries(where).filter(([, value]) => value))}`;
}

/** @returns {HTMLElement} */
function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
