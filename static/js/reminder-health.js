/**
 * How the reminder of this device is doing, in words: facts, a test with the push service's own
 * answer, and all that the server knows. It changes nothing that is kept.
 *
 * @import { Kept } from "./reminder-record.js"
 * @import { Known, Health } from "./subscriptions.js"
 */

import { inDays } from "./reminder-form.js";
import { lastShown } from "./reminder-record.js";
import { askForTest, lookUp } from "./subscriptions.js";
import { _, ngettext } from "./words.js";

const HOUR_MILLISECONDS = 3_600_000;
const DAY_MILLISECONDS = 24 * HOUR_MILLISECONDS;
const FIRST_WAIT_MILLISECONDS = 1000;
const LONGEST_WAIT_MILLISECONDS = 3000;
const PATIENCE_MILLISECONDS = 90_000;
const root = /** @type {HTMLElement} */ (document.querySelector("#reminders"));

/** What became of a test, by its outcome. @type {Record<string, string>} */
const OUTCOMES = {
  accepted: _("The push service took it. It should be on your screen within a minute."),
  throttled: _("The push service is busy and asks to wait. It is tried again by itself."),
  transient: _("The push service cannot be reached right now. It is tried again by itself."),
  credentials: _("The push service does not trust this server’s key. Only whoever runs the server can mend that; your reminder is kept."),
  message: _("The push service did not take this message. That is a fault of Pocket, not of your device."),
};

/** When it comes next, was last shown here, and was last taken by the push service. */
export async function showFacts(/** @type {Kept} */ { wanted, next, isPending, acceptedAt }, /** @type {(Known & Health) | null | undefined} */ known) {
  const [now, shownAt] = [Date.now(), await lastShown()];
  const pause = wanted.pause_until && new Date(`${wanted.pause_until}T00:00`);
  const isPaused = pause && Number(pause) > now;
  const comes = next && new Date(next.at);
  // Some browsers show a message without waking the worker, so that no one here saw it.
  const isMissed = Date.parse(acceptedAt ?? "") - shownAt > HOUR_MILLISECONDS;
  const facts = [
    isPaused && _("Paused until %(date)s.", { date: longDate(pause) }),
    comes && !isPending && Number(comes) > now && _("Next one %(when)s.", { when: inWords(comes) }),
    shownAt && !isMissed && _("The last one was shown here %(when)s.", { when: inWords(new Date(shownAt)) }),
    acceptedAt && _("The push service last took one %(when)s.", { when: inWords(new Date(acceptedAt)) }),
    known?.failing_since && _("It has not taken any since %(when)s. “Not receiving?” below may help.", { when: inWords(new Date(known.failing_since)) }),
  ];
  find("#facts").textContent = facts.filter(Boolean).join(" ");
  find("#paused").hidden = !isPaused;
}

/** Has a test sent, and says what the push service answers; false when it no longer knows this device. */
export async function test(/** @type {PushSubscription} */ subscription) {
  const { due_at } = await askForTest(subscription);
  answer(_("Asking the push service…"));
  const end = Date.now() + PATIENCE_MILLISECONDS;
  for (let wait = FIRST_WAIT_MILLISECONDS; Date.now() < end; wait = Math.min(wait * 1.5, LONGEST_WAIT_MILLISECONDS)) {
    await new Promise((resolve) => setTimeout(resolve, wait));
    const known = await lookUp(subscription).catch(() => undefined);
    if (known === null) return false;
    if (!known?.test || known.test.at < due_at) continue;
    showKnown(known);
    const { outcome, status } = known.test;
    const said = status ? _("status %(status)s", { status }) : _("no answer");
    answer(OUTCOMES[outcome] ?? outcome, `${hostOf(known)}: ${outcome}, ${said}`);
    return true;
  }
  answer(_("No answer yet. The test is sent as soon as the server can."));
  return true;
}

/** Says what became of the test, with a technical word in small print. */
export function answer(/** @type {string} */ words, print = "") {
  const small = document.createElement("small");
  small.textContent = print;
  find("#test-said").replaceChildren(...(words ? [words, small] : []));
}

/** Lists everything that a look-up tells; null when there was no answer, undefined when it was not asked. */
export function showKnown(/** @type {(Known & Health) | null | undefined} */ known) {
  const none = [_("The server"), known === null ? _("It cannot be reached right now.") : _("It has not been asked yet.")];
  find("#known dl").replaceChildren(...(known ? entries(known) : [none]).flatMap(([term, says, whole]) => {
    const [name, value] = [document.createElement("dt"), document.createElement("dd")];
    name.textContent = term;
    value.textContent = says;
    if (whole) value.append(folded(whole));
    return [name, value];
  }));
}

/** @returns {string[][]} each a name, words, and what is too long to stand there at once */
function entries(/** @type {Known & Health} */ known) {
  const { subscription, reminder, utc_offset_minutes, test } = known;
  const when = (/** @type {string | null} */ instant, otherwise = _("never")) => (instant ? inWords(new Date(instant)) : otherwise);
  return [
    [_("Push service"), hostOf(known), `${subscription.endpoint} p256dh ${subscription.keys.p256dh} auth ${subscription.keys.auth}`],
    [_("Server’s key it was made with"), subscription.application_server_key ?? _("the first one")],
    [_("Server’s key now"), known.application_server_key],
    [_("Turned on"), when(known.created_at)],
    [_("Times"), reminder.times.join(", ")],
    [_("Time zone"), [reminder.zone, ngettext("%(n)s minute from UTC when it was told", "%(n)s minutes from UTC when it was told", utc_offset_minutes)].join(", ")],
    [_("Days"), inDays(reminder.days)],
    [_("Paused until"), reminder.pause_until ?? _("not paused")],
    [_("On the lock screen"), reminder.level === "words" ? _("the words") : _("a neutral note")],
    [_("What comes"), reminder.source === "deck" ? _("a card") : _("what this device picks")],
    [_("Topics"), reminder.topics.join(", ") || _("all")],
    [_("Language"), new Intl.DisplayNames(document.documentElement.lang, { type: "language" }).of(reminder.language) ?? ""],
    [_("Sound"), reminder.sound ? _("yes") : _("no")],
    [_("Next one"), _("%(when)s, for %(date)s", { when: when(known.next.at), date: known.next.date })],
    [_("Push service takes messages since"), when(known.accepted_at, _("not yet"))],
    [_("Last daily one taken"), when(known.last_accepted_at)],
    [_("Refused since"), when(known.failing_since, _("not refused"))],
    [_("Last test"), test ? _("%(when)s: %(outcome)s, status %(status)s", { ...test, when: when(test.at) }) : _("none")],
  ];
}

function folded(/** @type {string} */ text) {
  const [details, summary] = [document.createElement("details"), document.createElement("summary")];
  summary.textContent = _("Whole address and keys");
  details.append(summary, text);
  return details;
}

function hostOf(/** @type {Known & Health} */ { subscription }) {
  return new URL(subscription.endpoint).host;
}

/** A time near now, as people say it: "tomorrow at 08:00". */
function inWords(/** @type {Date} */ time) {
  const days = Math.round((new Date(time).setHours(0, 0, 0, 0) - new Date().setHours(0, 0, 0, 0)) / DAY_MILLISECONDS);
  const clock = time.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  if (days === -1) return _("yesterday at %(clock)s", { clock });
  if (days === 0) return _("today at %(clock)s", { clock });
  if (days === 1) return _("tomorrow at %(clock)s", { clock });
  return _("on %(date)s at %(clock)s", { date: longDate(time), clock });
}

function longDate(/** @type {Date} */ date) {
  return date.toLocaleDateString(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
}

function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (root.querySelector(selector));
}
