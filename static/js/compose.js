/**
 * Ask, the words: a suggestion that follows the choices until the reader changes it by hand, a kind
 * remark while they write, and the ways to send it. Nothing here is kept or sent by itself.
 *
 * @import { Kind } from "./ask.js"
 * @import { Person } from "./asking.js"
 */

import { at } from "./addresses.js";
import { finderOf, lighten, remarkOn } from "./kindness.js";
import { notify } from "./notices.js";
import { mailLink, reachOf, smsLink, telegramLink, whatsappLink } from "./sending.js";
import { fill, gapsOf, weekdays } from "./starter.js";
import { _ } from "./words.js";

const LINKS = { sms: smsLink, mail: mailLink, whatsapp: whatsappLink, telegram: telegramLink };
const ADDRESSED = { sms: "phone", mail: "mail" };

const form = /** @type {HTMLFormElement} */ (document.querySelector("#compose"));
const message = /** @type {HTMLTextAreaElement} */ (form?.elements.namedItem("text"));
const gaps = /** @type {HTMLFieldSetElement} */ (form?.querySelector("#gaps"));
const kinder = /** @type {HTMLElement} */ (form?.querySelector("#kinder"));

/** @type {Map<string, Kind>} */
let kinds;
/** What the reader asks for, whom they might ask, the words of their card and draft; own words belong to `key`. @type {{kind: string, people: Person[], card: string, text: string, key: string}} */
let about = { kind: "", people: [], card: "", text: "", key: "" };
/** Own words that were left for another kind, person or draft, until the page is closed. @type {Map<string, string>} */
const left = new Map();
let lent = ""; // the name that came from a person, and goes with them
/** The last suggestion; who has other words in the field has their own. */
let made = "";
/** @type {{apology: RegExp, takesBack: RegExp}} */
let words;

export function startCompose(/** @type {Map<string, Kind>} */ all) {
  kinds = all;
  const entries = (/** @type {string | undefined} */ list) => (list ? list.split("|") : []);
  words = { apology: finderOf(entries(form.dataset.apology)), takesBack: finderOf(entries(form.dataset.takesBack)) };
  find("#days").append(...weekdays(document.documentElement.lang, new Date()).map((day) => new Option(day)));
  find("#share-ask").hidden = !("share" in navigator);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("input", follow);
  find("#again").addEventListener("click", suggest);
  find("#share-ask").addEventListener("click", share);
  find(".ways").addEventListener("click", send);
}

/** Begins with a kind of help, for a person or for nobody yet, with a draft or a suggestion. */
export function compose(/** @type {{kind: string, people: Person[], to: string, draft: string, text: string, card: string}} */ { kind, people, to, draft, text, card }) {
  if (draftNow() && ![made, about.text].includes(message.value)) left.set(about.key, message.value);
  about = { kind, people, card, text, key: draft || `${kind} ${to}` };
  const select = field("to");
  select.replaceChildren(select.children[0], ...people.map(({ id, name }) => new Option(name, id)));
  select.value = people.some(({ id }) => id === to) ? to : "";
  select.closest("label").hidden = people.length === 0;
  find("#with-card").hidden = !card;
  find("#with-card small").textContent = card;
  field("card").checked &&= Boolean(card);
  find("#sent").hidden = true;
  lend();
  suggest();
  restore(left.get(about.key) || text || made);
  left.delete(about.key);
}

/** The words are a kept draft now. */
export function keptAs(/** @type {{id: string, text: string}} */ { id, text }) {
  about = { ...about, text, key: id };
}

function lend() {
  const { name } = person();
  if (name || field("name").value === lent) field("name").value = name;
  lent = name;
}

export function draftNow() {
  return message.value.trim();
}

function follow(/** @type {Event} */ { target }) {
  const { name } = /** @type {HTMLInputElement} */ (target);
  const before = message.value;
  const isOwn = before !== made;
  if (name === "to") lend();
  if (name === "card" || name === "page") append();
  else if (name === "tone" || name === "length") {
    suggest();
    if (isOwn) notify(_("These are other words."), { label: _("Undo"), act: () => restore(before) });
  } else if (name !== "text" && !isOwn) suggest();
  settle();
}

/** The suggestion for the choices and the gaps, in place of what was there. */
function suggest() {
  const chosen = new FormData(form);
  const starter = kinds.get(about.kind)?.starters.get(`${chosen.get("tone")}-${chosen.get("length")}`) ?? "";
  const names = gapsOf(starter);
  for (const label of gaps.querySelectorAll("label")) label.hidden = !names.includes(inputOf(label).name);
  gaps.hidden = names.length === 0;
  made = fill(starter, Object.fromEntries(names.map((name) => [name, field(name).value.trim()]))) + extras();
  restore(made);
}

function restore(/** @type {string} */ text) {
  message.value = text;
  settle();
}

/** What was ticked goes to the end of the words, and leaves it again. */
function append() {
  const isOwn = message.value !== made;
  const bare = [`\n\n${quoted()}`, `\n\n${page()}`].reduce((text, extra) => text.replace(extra, ""), message.value);
  message.value = bare + extras();
  if (!isOwn) made = message.value;
}

function extras() {
  return (field("card").checked ? `\n\n${quoted()}` : "") + (field("page").checked ? `\n\n${page()}` : "");
}

function quoted() {
  return _("“%(words)s”", { words: about.card });
}

function page() {
  return location.origin + at("/asked");
}

/** What depends on the words as they are now: the ways to send them, and a remark. */
function settle() {
  const isOwn = message.value !== made;
  gaps.disabled = isOwn;
  find("#again").hidden = !isOwn;
  for (const link of form.querySelectorAll("a[data-way]")) {
    const way = /** @type {keyof typeof LINKS} */ (link.getAttribute("data-way"));
    link.setAttribute("href", LINKS[way](draftNow(), person().reach));
  }
  const reach = reachOf(person().reach);
  for (const [way, part] of Object.entries(ADDRESSED)) {
    find(`[data-way=${way}]`).classList.toggle("another", Boolean(reach[/** @type {"phone" | "mail"} */ (part)]));
  }
  showRemark();
}

/** A remark stays the same element while its words do, so that it is not read aloud at each letter. */
function showRemark() {
  const remark = remarkOn(message.value, words);
  const said = remark?.words ?? "";
  if (kinder.dataset.words === said) return;
  kinder.dataset.words = said;
  kinder.replaceChildren();
  if (!remark) return;
  const [note, instead] = remark.kind === "apology"
    ? [_("One sorry is plenty. A thank-you may sit lighter."), _("Thank you for reading this.")]
    : [_("This takes your ask back before anyone has read it. You could leave it standing."), _("No pressure.")];
  const text = document.createElement("span");
  text.textContent = note;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = _("Say “%(words)s” instead", { words: instead });
  button.addEventListener("click", () => replace(instead));
  kinder.append(text, button);
}

function replace(/** @type {string} */ instead) {
  const before = message.value;
  const remark = remarkOn(before, words);
  if (!remark) return;
  restore(lighten(before, remark, instead));
  message.focus();
  notify(_("A little lighter."), { label: _("Undo"), act: () => restore(before) });
}

/** The app opens by the link itself. */
async function send(/** @type {Event} */ event) {
  const way = /** @type {HTMLElement} */ (event.target).dataset.way;
  if (!way) return;
  if (way === "copy" && !(await copy())) return;
  showSent();
}

async function share() {
  try {
    await navigator.share({ text: draftNow() });
    showSent();
  } catch (error) {
    if (/** @type {Error} */ (error).name !== "AbortError") notify(_("Sharing did not work this time."), { label: _("Copy"), act: copy });
  }
}

async function copy() {
  try {
    await navigator.clipboard.writeText(draftNow());
    notify(_("Copied."));
    return true;
  } catch {
    message.select();
    notify(_("This browser does not let the app copy. The words are marked, so that you can."));
    return false;
  }
}

function showSent() {
  find("#sent").hidden = false;
  find("#sent").focus();
}

function person() {
  return about.people.find(({ id }) => id === field("to").value) ?? { name: "", reach: "" };
}

function inputOf(/** @type {HTMLElement} */ label) {
  return /** @type {HTMLInputElement} */ (label.querySelector("input"));
}

/** @returns {any} */
function field(/** @type {string} */ name) {
  return form.elements.namedItem(name);
}

/** @returns {HTMLElement} */
function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (form.querySelector(selector));
}
