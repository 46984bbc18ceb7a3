/**
 * The form of Daily: from what a reader wants to fields, and back. Knows no server.
 *
 * @import { Wanted, Zone } from "./reminder-record.js"
 */

import { loadDeck, ofTheDay } from "./deck.js";
import * as documents from "./documents.js";
import { ownCards, shownCards } from "./kept.js";
import { deviceZone, parseWanted } from "./reminder-record.js";
import { Refusal } from "./subscriptions.js";
import { _, ngettext } from "./words.js";

const DAY_MILLISECONDS = 86_400_000;
const LONGEST_PAUSE_DAYS = 366;
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7];
const EXTRA_TIMES = ["", "13:00", "20:00"]; // what a further time begins with
const form = /** @type {HTMLFormElement} */ (document.querySelector("#reminder-form"));
const times = all("[name=times]");
const more = /** @type {HTMLDetailsElement} */ (find("#more"));

let home = deviceZone();

/** Listens, and shows what others may see of the form's choices. */
export function startForm() {
  const pause = all("[name=pause_until]")[0];
  pause.min = dateIn(1);
  pause.max = dateIn(LONGEST_PAUSE_DAYS);
  form.addEventListener("input", preview);
  return preview();
}

/** What the form says. Throws a Refusal for the reader, with the focus where the mistake is. @returns {{wanted: Wanted, zone: Zone}} */
export function readForm() {
  const said = new FormData(form);
  const days = said.getAll("days").map(Number);
  all("[name=days]")[0].setCustomValidity(days.length ? "" : _("Choose at least one day."));
  times[0].required = !times.some(({ value }) => value);
  const wrong = all("input").find((field) => !field.validity.valid);
  if (wrong) {
    more.open ||= more.contains(wrong);
    wrong.focus();
    throw new Refusal(wrong.validationMessage);
  }
  const one = { pause_until: said.get("pause_until") || null, level: said.get("level"), source: said.get("source") };
  const wanted = parseWanted({ ...one, times: said.getAll("times"), days, sound: said.has("sound"), topics: said.getAll("topics"), language: document.documentElement.lang });
  const follow = !said.get("zone");
  return { wanted, zone: { follow, home: follow ? deviceZone() : home } };
}

/** Puts every field to what is wanted. */
export function writeForm(/** @type {Wanted} */ wanted, /** @type {Zone} */ zone) {
  home = zone.home;
  write("[value=home] + span", _("Home time: %(place)s", { place: String(home.split("/").at(-1)).replaceAll("_", " ") }));
  times.forEach((field, place) => {
    field.value = wanted.times[place] ?? "";
    rowOf(field).hidden = place > 0 && !field.value;
  });
  all("[name=pause_until]")[0].value = (wanted.pause_until ?? "") < dateIn(1) ? "" : String(wanted.pause_until); // one that is over is none
  const { level, source, topics } = wanted;
  const days = (wanted.days.length ? wanted.days : EVERY_DAY).map(String);
  const ticked = { level: [level], source: [source], topics, days, sound: [wanted.sound && "on"], zone: [zone.follow ? "" : "home"] };
  for (const [name, values] of Object.entries(ticked)) {
    for (const field of all(`[name=${name}]`)) field.checked = values.includes(field.value);
  }
  return preview();
}

/** Shows the next row for a time, ready to be changed. */
export function addTime() {
  const place = times.findIndex((field) => rowOf(field).hidden);
  rowOf(times[place]).hidden = false;
  times[place].value = EXTRA_TIMES[place];
  times[place].focus();
  return preview();
}

export function removeTime(/** @type {Element} */ button) {
  const field = times.find((each) => rowOf(each).contains(button));
  if (!field) return;
  field.value = "";
  rowOf(field).hidden = true;
  times[0].focus();
  return preview();
}

/** What the lock screen will show, what the closed choices hold, and what belongs to others that were made. */
async function preview() {
  const said = new FormData(form);
  const [slugs, isMine] = [said.getAll("topics"), said.get("source") === "device"];
  find("[data-do=add-time]").hidden = !times.some((field) => rowOf(field).hidden);
  find("#reminder-topics").hidden = isMine;
  find("#mine").hidden = !isMine;
  write("#zone", (said.get("zone") ? _("Always %(zone)s", { zone: home }) : deviceZone()).replaceAll("_", " "));
  write("#more small", [inDays(said.getAll("days").map(Number)), isMine ? _("one of mine") : slugs.length ? ngettext("%(n)s of the topics", "%(n)s of the topics", slugs.length) : _("all topics"), said.has("sound") ? _("with a sound") : _("silent")].join(" · "));
  for (const time of form.querySelectorAll(".preview-time")) time.textContent = times[0].value;
  const [deck, kept] = await Promise.all([loadDeck().catch(() => undefined), documents.kept.read()]);
  const mine = shownCards([...kept.saved, ...ownCards(kept)], kept);
  const cards = deck?.cards.filter(({ topic }) => !slugs.length || slugs.includes(topic)) ?? [];
  const card = cards.length && deck ? ofTheDay({ ...deck, cards }, new Date(Date.now() + DAY_MILLISECONDS)) : undefined;
  const words = isMine ? (mine[0]?.text ?? find("#preview-neutral").textContent) : card?.text;
  if (words) write("#preview-words", words);
  write("#mine", mine.length
    ? _("Picked on this device from what you saved and wrote (%(n)s now). The server never learns which. Where a phone does not let Pocket pick, as on some iPhones, a neutral note comes.", { n: mine.length })
    : _("Nothing is saved or written here yet: until then a neutral note comes. The server never learns what you save."));
}

/** Days of the week as people say them. */
export function inDays(/** @type {number[]} */ days) {
  if (days.length % EVERY_DAY.length === 0) return _("Every day");
  return days.map((day) => new Date(2024, 0, day).toLocaleDateString(document.documentElement.lang, { weekday: "short" })).join(", "); // 1 January 2024 was a Monday
}

/** The local date so many days from now, as ISO text. */
function dateIn(/** @type {number} */ days) {
  const now = new Date();
  return new Date(Date.UTC(now.getFullYear(), now.getMonth(), now.getDate() + days)).toISOString().slice(0, 10);
}

function rowOf(/** @type {Element} */ field) {
  return /** @type {HTMLElement} */ (field.closest(".row"));
}

/** @returns {HTMLInputElement[]} */
function all(/** @type {string} */ selector) {
  return [...form.querySelectorAll(selector)].map((each) => /** @type {HTMLInputElement} */ (each));
}

function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (form.querySelector(selector));
}

function write(/** @type {string} */ selector, /** @type {string} */ words) {
  find(selector).textContent = words;
}
