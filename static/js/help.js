/**
 * Help now: the reader's country comes first, by the device's own word or the reader's; a field finds
 * the others by their names. No network is asked, and what is typed or chosen stays on the device.
 */

import { leaveBy } from "./leave.js";
import { likelyCountries } from "./region.js";
import { fold, wordsOf } from "./search.js";
import * as store from "./store.js";
import { _, ngettext } from "./words.js";

const page = /** @type {HTMLElement} */ (document.querySelector("#main"));
const mine = find("#mine");
const field = /** @type {HTMLInputElement} */ (find("[type=search]"));
const countries = [...page.querySelectorAll("details")];
const choice = store.document("help", (kept) => ({ country: String(Object(kept).country ?? "") }));
let chosen = "";

/** The way out first, then all else. */
export async function start() {
  leaveBy(/** @type {HTMLAnchorElement} */ (find("#leave")));
  const { dataset } = find("#overdue");
  find("#overdue").hidden = Date.now() < Date.parse(`${dataset.after}T24:00`);
  page.addEventListener("toggle", offer, true);
  page.addEventListener("change", keep);
  field.addEventListener("input", search);
  field.addEventListener("keydown", clear);
  chosen = (await choice.read()).country;
  showMine();
  search();
}

/** The chosen country, or those that the device speaks of; open is only one where the reader is, by their word or the clock's. */
function showMine() {
  const codes = countries.map(({ id }) => id.toUpperCase());
  const isKnown = countries.some(({ id }) => id === chosen);
  const likely = isKnown ? [{ code: chosen.toUpperCase(), isHere: true }] : likelyCountries(codes);
  const found = likely.map(({ code }) => countries[codes.indexOf(code)]);
  mine.prepend(...found);
  /** @type {HTMLElement} */ (mine.lastElementChild).hidden = isKnown;
  if (likely[0]?.isHere) found[0].open = true;
}

/** Shows the countries of a name, by the beginnings of its words if any begins so; all where there is none. */
function search() {
  const wanted = wordsOf(field.value);
  const starting = named(wanted.map((word) => ` ${word}`));
  const found = starting.length ? starting : named(wanted);
  for (const country of countries) country.hidden = found.length > 0 && !found.includes(country);
  if (found.length === 1) found[0].open = true;
  mine.hidden = !mine.querySelector("details:not([hidden])");
  const nobody = _("No country of this name is in the list. The directories below know of more.");
  const count = found.length ? ngettext("%(n)s country", "%(n)s countries", found.length) : nobody;
  find("#found").textContent = wanted.length ? count : "";
}

function named(/** @type {string[]} */ parts) {
  return countries.filter((country) => {
    const names = [...country.querySelectorAll("summary :is(b, small)")].map(({ textContent }) => textContent);
    const all = fold([...names, country.dataset.also, country.id].join(" "));
    return parts.every((part) => all.includes(part));
  });
}

function clear(/** @type {KeyboardEvent} */ event) {
  if (event.key !== "Escape") return;
  field.value = "";
  search();
}

/** An opened country can be kept as the first. */
function offer(/** @type {Event} */ { target }) {
  const country = /** @type {HTMLDetailsElement} */ (target);
  if (!country.open || country.querySelector("label")) return;
  const label = /** @type {HTMLElement} */ (find("#first").cloneNode(true));
  label.removeAttribute("id");
  label.hidden = false;
  country.append(label);
  showTicks();
}

function keep(/** @type {Event} */ { target }) {
  const tick = /** @type {HTMLInputElement} */ (target);
  if (tick.type !== "checkbox") return;
  const country = tick.checked ? String(tick.closest("details")?.id) : "";
  chosen = country;
  showTicks();
  choice.change(() => ({ country }));
}

function showTicks() {
  for (const tick of page.querySelectorAll("input")) tick.checked = tick.closest("details")?.id === chosen;
}

function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
