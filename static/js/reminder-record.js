/**
 * The reminder as this device keeps it: what its reader wants, and what the server has been told of that. The service
 * worker reads the same two documents. Touches no page and no network.
 *
 * @typedef {{times: string[], days: number[], pause_until: string | null, level: string, source: string, sound: boolean, topics: string[], language: string}} Wanted
 * @typedef {Wanted & {zone: string}} Reminder as the API has it
 * @typedef {{follow: boolean, home: string}} Zone that of the device wherever it is, or always that of `home`, where its reader last chose
 * @typedef {{endpoint: string, auth: string}} Proof which subscription, and that it is ours
 * @typedef {{wanted: Wanted, zone: Zone, isOn: boolean, isPending: boolean, told: Proof | null, next: {at: string} | null, acceptedAt: string | null, why: string}} Kept
 *   `isPending`: the server has yet to hear of it; when it is off, that what it knows under `told` is to be deleted;
 *   `why` it is off when its reader did not turn it off: "permission" (withdrawn in the browser), "refused" (by the server)
 */

import { isoDate } from "./deck.js";
import { document } from "./store.js";

const MOST_TIMES = 3;
const record = document("reminder", parseRecord);
const shown = document("shown", (kept) => Number(fields(kept).at) || 0);

/** What is kept here; a device that never had a reminder gets the defaults. */
export const readRecord = record.read;

/** When the worker last showed a notification, in milliseconds since 1970; 0 when it never has. */
export const lastShown = shown.read;

/** The name of the time zone that the device is in. */
export function deviceZone() {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** @returns {Reminder} what the server should have; a pause that is over is none */
export function reminderOf(/** @type {Kept} */ { wanted, zone }) {
  const isPaused = (wanted.pause_until ?? "") > isoDate(new Date());
  return { ...wanted, pause_until: isPaused ? wanted.pause_until : null, zone: zone.follow ? deviceZone() : zone.home };
}

/** The reader wants it so, and the server does not know yet. */
export function remember(/** @type {Wanted} */ wanted, /** @type {Zone} */ zone) {
  return record.change((now) => ({ ...now, wanted, zone, isOn: true, isPending: true, why: "" }));
}

/** What comes from now on is in this language. */
export function changeLanguage(/** @type {string} */ language) {
  return record.change((now) => ({ ...now, wanted: { ...now.wanted, language }, isPending: now.isOn || now.isPending }));
}

/** The server has taken `sent`; what the reader has changed since then, or turned off, is still to be told. */
export function confirm(/** @type {Reminder} */ sent, /** @type {{next: {at: string} | null}} */ { next }, /** @type {Proof} */ told) {
  return record.change((now) => ({ ...now, told, next, isPending: !now.isOn || (now.isPending && !isSame(reminderOf(now), sent)) }));
}

/** The server says what it has; that counts, unless it is to be changed. */
export function adopt(/** @type {{reminder: Reminder, next: {at: string} | null, last_accepted_at?: string | null}} */ known, /** @type {Proof} */ told) {
  const { reminder, next, last_accepted_at: acceptedAt = null } = known;
  return record.change((now) => (now.isPending ? now : { ...now, wanted: parseWanted(reminder), isOn: true, told, next, acceptedAt }));
}

/** The server is to be told again; `told` is the subscription that it still knows, if it does. */
export function tellAgain(/** @type {Proof | null} */ told) {
  return record.change((now) => ({ ...now, told, isPending: now.isOn || now.isPending }));
}

/** It is off here. Where the server could not be told, `told` is kept, to do that later. */
export function rememberOff(/** @type {boolean} */ isTold, why = "") {
  return record.change((now) => ({ ...now, isOn: false, isPending: !isTold && now.told !== null, told: isTold ? null : now.told, next: null, why }));
}

/** Nothing is kept but what it takes to have the server delete what it knows. */
export function keepOnly(/** @type {Proof} */ told) {
  return record.change(() => ({ ...parseRecord(undefined), told, isPending: true }));
}

/** Whether two reminders are the same in all that the API knows. */
export function isSame(/** @type {Reminder} */ one, /** @type {Reminder} */ other) {
  const words = (/** @type {Reminder} */ each) => JSON.stringify([each.zone, ...Object.values(parseWanted(each))]);
  return words(one) === words(other);
}

/** Sound data out of anything. @returns {Kept} */
export function parseRecord(/** @type {unknown} */ value) {
  const { wanted, zone, isOn, isPending, told, next, acceptedAt, why } = fields(value);
  const { follow, home } = fields(zone);
  const { endpoint, auth } = fields(told);
  return {
    wanted: parseWanted(wanted),
    zone: typeof home === "string" ? { follow: follow === true, home } : { follow: true, home: deviceZone() },
    isOn: isOn === true,
    isPending: isPending === true,
    told: typeof endpoint === "string" && typeof auth === "string" ? { endpoint, auth } : null,
    next: typeof fields(next).at === "string" ? { at: String(fields(next).at) } : null,
    acceptedAt: typeof acceptedAt === "string" ? acceptedAt : null,
    why: String(why ?? ""),
  };
}

/** One order and one spelling for what means the same; no day at all is every day. @returns {Wanted} */
export function parseWanted(/** @type {unknown} */ value) {
  const { times, time, days, pause_until, level, source, sound, topics, language } = fields(value);
  const chosen = list(times ?? [time], (each) => /^([01]\d|2[0-3]):[0-5]\d$/.test(String(each))).slice(0, MOST_TIMES);
  const weekdays = list(days, (each) => Number.isInteger(each) && each >= 1 && each <= 7);
  return {
    times: chosen.length ? chosen : ["08:00"],
    days: weekdays.length < 7 ? weekdays : [],
    pause_until: typeof pause_until === "string" ? pause_until : null,
    level: level === "neutral" ? level : "words",
    source: source === "device" ? source : "deck",
    sound: sound === true,
    topics: list(topics, (each) => typeof each === "string"),
    language: typeof language === "string" ? language : "en",
  };
}

/** The sound ones in order, each once. @returns {any[]} */
function list(/** @type {unknown} */ value, /** @type {(each: any) => boolean} */ isSound) {
  return [...new Set(Array.isArray(value) ? value.filter(isSound) : [])].sort();
}

/** @returns {Record<string, unknown>} */
function fields(/** @type {unknown} */ value) {
  return value !== null && typeof value === "object" ? /** @type {Record<string, unknown>} */ (value) : {};
}
