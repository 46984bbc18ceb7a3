/**
 * Looks after the reminder at each launch and each return: finds out what browser or server have lost, changed or
 * not heard yet. What is to be told the worker tells, so that there is one way of doing so, with a page open or not.
 */

import { at } from "./addresses.js";
import { notify } from "./notices.js";
import { adopt, confirm, deviceZone, isSame, readRecord, remember, rememberOff, reminderOf, tellAgain } from "./reminder-record.js";
import { document } from "./store.js";
import { currentSubscription, deliver, keyOf, lookUp, proofOf, subscribe } from "./subscriptions.js";
import { _ } from "./words.js";

const REST_MILLISECONDS = 6 * 3_600_000;

/** When the server last answered, and the zone that the device was in at the last launch. */
const last = document("repair", (kept) => ({ at: 0, zone: "", .../** @type {object} */ (kept) }));

export function start() {
  for (const type of ["online", "visibilitychange"]) addEventListener(type, () => globalThis.document.hidden || repair());
  return repair();
}

/** In one tab at a time; what goes wrong has another chance at the next launch. */
async function repair() {
  await navigator.locks.request("reminder", { ifAvailable: true }, (lock) => lock && compare()).catch(() => {});
  if ((await readRecord()).isPending) deliver();
}

/** The server is asked seldom: millions open the app several times a day, and nearly always nothing is amiss. */
async function compare() {
  const record = await readRecord();
  const { isOn, isPending, told } = record;
  if (isOn && Notification.permission !== "granted") return noteRefusal();
  const subscription = await currentSubscription();
  if (isPending || !(isOn || subscription)) return;
  if (!subscription || (isOn && subscription.endpoint !== told?.endpoint)) return tellAgain(told);
  const zone = deviceZone();
  const { at: asked, zone: before } = await last.read();
  if (before !== zone) await last.change((kept) => ({ ...kept, zone }));
  if (isOn && record.zone.follow && before && before !== zone) return move(before, zone);
  if (Math.abs(Date.now() - asked) < REST_MILLISECONDS) return;
  const known = await lookUp(subscription);
  await last.change(() => ({ at: Date.now(), zone }));
  if (!known) return tellAgain(null);
  if (!isOn) return adopt(known, proofOf(subscription));
  const { reminder, application_server_key } = known;
  const key = keyOf(subscription);
  if (key && key !== application_server_key) {
    await tellAgain(told);
    return subscribe(application_server_key);
  }
  if (isSame(reminder, reminderOf(record))) return confirm(reminder, known, proofOf(subscription));
  return record.zone.follow && reminder.zone !== zone ? move(reminder.zone, zone) : tellAgain(told);
}

/** The reader has travelled: the reminder comes along, unless they would rather keep the time at home. */
async function move(/** @type {string} */ before, /** @type {string} */ zone) {
  const { zone: kept } = await tellAgain((await readRecord()).told);
  const home = kept.home === zone ? before : kept.home;
  if (clocksOf(before) === clocksOf(zone)) return;
  const act = async () => {
    const { wanted, isOn } = await readRecord();
    if (!isOn) return;
    await remember(wanted, { follow: false, home });
    deliver();
  };
  notify(_("Your reminder now follows the time in %(place)s.", { place: nameOf(zone) }), { label: _("Keep the time in %(place)s", { place: nameOf(home) }), act });
}

/** What clocks there show in winter and in summer, as a zone may only have got another name; one unknown here is like no other. */
function clocksOf(/** @type {string} */ timeZone) {
  const year = new Date().getFullYear();
  try {
    return [0, 6].map((month) => new Date(Date.UTC(year, month)).toLocaleString("en", { timeZone })).join();
  } catch {
    return timeZone;
  }
}

/** Without leave nothing arrives, so the server need not send; what the reader wanted stays here. */
async function noteRefusal() {
  await rememberOff(false, "permission");
  const act = () => location.assign(at("/reminders"));
  notify(_("This browser no longer allows notifications, so your reminder is off."), { label: _("Daily"), act });
}

/** "New York" of "America/New_York". */
function nameOf(/** @type {string} */ zone) {
  return String(zone.split("/").at(-1)).replaceAll("_", " ");
}
