/**
 * My people: whom a reader might ask for what, on this device alone. From the list one tap opens a
 * text message or a mail to them, with words for what they were listed for.
 *
 * @import { Kind } from "./ask.js"
 * @import { Person } from "./asking.js"
 * @typedef {{name?: string[], tel?: string[], email?: string[]}} Contact
 * @typedef {{select: (properties: string[]) => Promise<Contact[]>}} Contacts the Contact Picker API, in Chrome on Android
 */

import { asking, newId, whyNotKept } from "./asking-document.js";
import { drop, LONGEST_NAME, put } from "./asking.js";
import { notify } from "./notices.js";
import { deed, rowOf, showRows } from "./rows.js";
import { reachOf, writeLink } from "./sending.js";
import { fill } from "./starter.js";
import { askToStay } from "./store.js";
import { _ } from "./words.js";

const ANYTHING = "listen"; // whose words serve a person who is listed for anything
const section = find("#people");
const dialog = /** @type {HTMLDialogElement} */ (find("#person"));
const form = /** @type {HTMLFormElement} */ (dialog?.querySelector("form"));
const contacts = /** @type {{contacts?: Contacts}} */ (navigator).contacts;

/** @type {Map<string, Kind>} */
let kinds;
/** The id of the person in the dialog; "" for a new one. */
let editing = "";

export function startPeople(/** @type {Map<string, Kind>} */ all) {
  kinds = all;
  field("kind").append(...[...kinds].map(([kind, { title }]) => new Option(title, kind)));
  find("#people .row").addEventListener("click", () => edit());
  find("#pick-contact").hidden = !contacts;
  find("#pick-contact").addEventListener("click", pick);
  find("#forget-person").addEventListener("click", forget);
  form.addEventListener("submit", keep);
  section.hidden = false;
}

export function showPeople(/** @type {Person[]} */ people) {
  const rows = people.map((person) => {
    const { id, name, kind, reach } = person;
    const card = new URLSearchParams(location.hash.slice(1)).get("card");
    const href = `#${new URLSearchParams({ ...(card && { card }), kind: kind || ANYTHING, to: id })}`;
    return rowOf({ text: name, note: kinds.get(kind)?.title ?? "", href }, [...linksTo(person, reach), deed(_("Change"), name, () => edit(person))]);
  });
  showRows(find("#people ul"), rows);
  const kindsList = find("#kinds");
  if (rows.length) kindsList.before(section);
  else kindsList.after(section);
}

/** One tap to them: by text or mail, and by phone. */
function linksTo(/** @type {Person} */ { name, kind }, /** @type {string} */ reach) {
  const { phone, mail } = reachOf(reach);
  const starter = kinds.get(kind || ANYTHING)?.starters.get("plain-line") ?? "";
  const links = [];
  if (phone || mail) links.push(linkTo(mail ? _("Mail") : _("Text"), name, writeLink(fill(starter, { name }), reach)));
  if (phone) links.push(linkTo(_("Call"), name, `tel:${phone}`));
  return links;
}

function linkTo(/** @type {string} */ label, /** @type {string} */ name, /** @type {string} */ href) {
  const link = document.createElement("a");
  link.className = "quiet";
  link.href = href;
  link.textContent = label;
  link.setAttribute("aria-label", `${label}: ${name}`);
  return link;
}

function edit(/** @type {Person | undefined} */ person = undefined) {
  editing = person?.id ?? "";
  for (const name of /** @type {const} */ (["name", "kind", "reach"])) field(name).value = person?.[name] ?? "";
  find("#forget-person").hidden = !person;
  say("");
  dialog.showModal();
}

async function keep(/** @type {Event} */ event) {
  event.preventDefault();
  const [name, kind, reach] = ["name", "kind", "reach"].map((each) => field(each).value.trim());
  const { phone, mail } = reachOf(reach);
  if (reach && !phone && !mail) return say(_("This looks like neither a phone number nor a mail address."));
  if (!name) return say(_("A name, or a word that stands for them, is all it takes."));
  const person = { id: editing || newId(), name, kind, reach, at: new Date().toISOString() };
  const why = whyNotKept(await asking.change((now) => put(now, "people", person)), "people", person);
  if (why) return say(why);
  dialog.close();
  askToStay();
}

async function forget() {
  const { people } = await asking.read();
  const person = people.find(({ id }) => id === editing);
  dialog.close();
  await asking.change((now) => drop(now, "people", editing));
  if (person) notify(_("Removed."), { label: _("Undo"), act: () => asking.change((now) => put(now, "people", person)) });
}

/** What the reader picks in the system's own list comes into the fields, and nowhere else. */
async function pick() {
  try {
    const [contact] = (await contacts?.select(["name", "tel", "email"])) ?? [];
    if (!contact) return;
    field("name").value = (contact.name?.[0] ?? field("name").value).slice(0, LONGEST_NAME);
    field("reach").value = contact.tel?.[0] ?? contact.email?.[0] ?? "";
  } catch {
    say(_("This browser could not open your contacts. You can type here."));
  }
}

function say(/** @type {string} */ text) {
  find("#reach-said").textContent = text;
}

/** @returns {any} */
function field(/** @type {string} */ name) {
  return form.elements.namedItem(name);
}

/** @returns {HTMLElement} */
function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
