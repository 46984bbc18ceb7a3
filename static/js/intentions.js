/**
 * Maybe another day: an intention to ask, which promises nothing. It can go into the calendar as a
 * file, is let go without a trace, and leaves by itself when its day is over. Nothing reminds of it.
 *
 * @import { Intention } from "./asking.js"
 */

import { asking, newId, whyNotKept } from "./asking-document.js";
import { drop, put, withoutPast } from "./asking.js";
import { calendarFile } from "./calendar-file.js";
import { isoDate } from "./deck.js";
import { notify } from "./notices.js";
import { deed, rowOf, showRows } from "./rows.js";
import { _ } from "./words.js";

const REVOKE_MILLISECONDS = 60_000;
const section = /** @type {HTMLElement} */ (document.querySelector("#intentions"));
const form = /** @type {HTMLFormElement} */ (section?.querySelector("form"));

export function startIntentions() {
  const today = new Date();
  field("day").min = isoDate(today);
  field("day").value = isoDate(new Date(today.getFullYear(), today.getMonth(), today.getDate() + 1));
  form.addEventListener("submit", keep);
  section.hidden = false;
}

/** What is past is not shown, and goes for good with the next change. */
export function showIntentions(/** @type {Intention[]} */ intentions) {
  const today = isoDate(new Date());
  const rows = intentions.filter(({ day }) => day >= today).map((intention) => {
    const text = sentence(intention);
    return rowOf({ text }, [
      deed(_("Calendar file"), text, () => download(intention)),
      deed(_("Let it go"), text, () => asking.change((now) => drop(now, "intentions", intention.id))),
    ]);
  });
  showRows(/** @type {HTMLElement} */ (section.querySelector("ul")), rows);
}

async function keep(/** @type {Event} */ event) {
  event.preventDefault();
  const [who, day] = ["who", "day"].map((name) => field(name).value.trim());
  const now = new Date();
  const intention = { id: newId(), who, day, at: now.toISOString() };
  const kept = await asking.change((before) => put(withoutPast(before, isoDate(now)), "intentions", intention));
  const why = whyNotKept(kept, "intentions", intention);
  if (why) return notify(why);
  field("who").value = "";
  /** @type {HTMLDetailsElement} */ (form.closest("details")).open = false;
}

function sentence(/** @type {Intention} */ { who, day }) {
  const format = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" });
  const date = format.format(new Date(day));
  return who ? _("I might ask %(who)s on %(date)s.", { who, date }) : _("I might ask someone on %(date)s.", { date });
}

/** The title says nothing of help, as others may see a calendar. */
function download(/** @type {Intention} */ intention) {
  const title = intention.who ? _("Maybe write to %(who)s", { who: intention.who }) : _("Maybe write to someone");
  const file = new Blob([calendarFile(intention, title, new Date())], { type: "text/calendar" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "pocket.ics";
  link.click();
  setTimeout(URL.revokeObjectURL, REVOKE_MILLISECONDS, link.href);
}

/** @returns {HTMLInputElement} */
function field(/** @type {string} */ name) {
  return /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
}
