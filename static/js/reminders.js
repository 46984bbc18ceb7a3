/**
 * Daily: a state machine in words. Nothing is asked of the browser before a tap, and a
 * subscription that the server refuses is undone in the browser too. A change of what is on is kept
 * on the device first, and goes to the server when there is a network.
 *
 * @import { Kept, Wanted, Zone } from "./reminder-record.js"
 * @import { Known, Health } from "./subscriptions.js"
 */

import { addTime, readForm, removeTime, startForm, writeForm } from "./reminder-form.js";
import { answer, showFacts, showKnown, test } from "./reminder-health.js";
import { adopt, isSame, readRecord, reminderOf, tellAgain } from "./reminder-record.js";
import { blockingState, say, show, state } from "./reminder-state.js";
import { begin, end, tell } from "./reminder-switch.js";
import { onChange } from "./store.js";
import { currentSubscription, deliver, lookUp, NOT_THESE, proofOf, Refusal } from "./subscriptions.js";
import { _ } from "./words.js";

const KEPT_HERE = _("Kept on this device. It will be sent when the server can be reached.");
const SAVED = _("Saved. The server has it.");
/** Why it is off, when its reader did not turn it off. @type {Record<string, string>} */
const REASONS = {
  permission: _("Your browser no longer allows it. You can turn it on again."),
  refused: _("The server did not take your browser’s new address. You can turn it on again."),
};
const root = /** @type {HTMLElement} */ (document.querySelector("#reminders"));
const form = /** @type {HTMLFormElement} */ (root.querySelector("#reminder-form"));
const key = root.dataset.key ?? "";

/** What the server told last; null when it could not be asked, undefined before. @type {(Known & Health) | null | undefined} */
let latest;
let isPending = false;
let written = "";
let isTesting = false;

/** Shows the state this device is in, and listens. */
export async function start() {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(turnOn);
  });
  root.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-do]");
    const act = ACTIONS[button?.getAttribute("data-do") ?? ""];
    if (button && act) act(button);
  });
  onChange(follow);
  startForm();
  await attempt(look);
}

/** @type {Record<string, (button: Element) => unknown>} */
const ACTIONS = {
  "look-again": () => attempt(look),
  "add-time": addTime,
  "remove-time": removeTime,
  resume: () => attempt(resume),
  test: sendTest,
  "turn-off": () => attempt(turnOff),
};

/** Finds out the state of this device and shows it: first as it is kept here, then as the server has it. */
async function look() {
  const blocker = blockingState();
  if (blocker) return show(blocker);
  const subscription = await currentSubscription().catch(() => undefined);
  if (subscription === undefined) return show("unsupported");
  const kept = await readRecord();
  if (kept.isOn ? Notification.permission !== "granted" : kept.isPending || !subscription) {
    return showOff(REASONS[kept.isOn ? "permission" : kept.why]);
  }
  if (kept.isOn) await showOn(kept);
  if (!subscription) return say(KEPT_HERE); // repair.js sees to a new one
  const known = await lookUp(subscription).catch(() => undefined);
  if (known) {
    await showOn(await adopt(known, proofOf(subscription)), known);
  } else if (known === undefined) {
    await showOn(kept, null);
    say(_("The server cannot be reached right now. Your reminder stays as it was."));
  } else if (kept.isOn) {
    const isLost = kept.told?.endpoint === subscription.endpoint;
    isPending = (await tellAgain(isLost ? null : kept.told)).isPending;
    say(isLost ? _("The server no longer had this device, so it is told again.") : KEPT_HERE);
    return deliver();
  } else {
    return showOff(_("The server no longer had this device. Turn it on again when you like."));
  }
  if (isPending) {
    say(KEPT_HERE);
    deliver();
  }
}

async function turnOn() {
  const { wanted, zone } = readForm();
  if ((await Notification.requestPermission()) !== "granted") {
    show(blockingState() ?? "off");
    return say(_("Your browser did not allow it. You can try again at any time."));
  }
  if (state() === "on" || (await readRecord()).isOn) return change(wanted, zone);
  const subscription = await begin(key, wanted, zone).catch((error) => {
    deliver();
    throw error;
  });
  await showNews(subscription);
  say(_("It is on. You can send yourself a test."));
}

/** What is on as the reader wants it now; without a network that waits here. */
async function change(/** @type {Wanted} */ wanted, /** @type {Zone} */ zone) {
  try {
    await showNews(await tell(key, wanted, zone));
    say(SAVED);
  } catch (error) {
    const isRefused = error instanceof Refusal;
    await showOn(await readRecord(), isRefused ? latest : null);
    say(isRefused ? error.message : KEPT_HERE);
    deliver();
  }
}

async function showNews(/** @type {PushSubscription} */ subscription) {
  await showOn(await readRecord(), await lookUp(subscription).catch(() => null));
}

/** Ends a pause. */
async function resume() {
  const { wanted, zone } = await readRecord();
  await change({ ...wanted, pause_until: null }, zone);
}

/** A test takes its time and stands in nothing's way. */
async function sendTest() {
  if (isTesting) return;
  isTesting = true;
  try {
    const subscription = await currentSubscription();
    if (!subscription) return await look();
    if (await test(subscription)) return;
    await end();
    await showOff(_("The push service no longer knows this device, so the server has deleted it. You can turn it on again."));
  } catch (error) {
    answer(inWords(error));
  } finally {
    isTesting = false;
  }
}

/** Off is off at once here; a server that cannot be told now is told later. */
async function turnOff() {
  const subscription = await currentSubscription();
  const isTold = await end();
  if (!isTold) deliver();
  const isGone = isTold && subscription && (await lookUp(subscription).catch(() => undefined)) === null;
  await showOff(
    isGone ? _("It is off. The server was asked again: it knows nothing about this device.")
      : isTold ? _("It is off, and the server has deleted what it knew.")
        : _("It is off here. The server could not be told yet; it will be when the network is back."),
  );
}

/** Changes from elsewhere: another tab, or what waited and has been sent. */
async function follow() {
  if (form.ariaBusy === "true") return;
  const kept = await readRecord();
  if (state() === "off" ? kept.isOn : state() === "on" && !kept.isOn) return attempt(look);
  if (state() !== "on") return;
  const isSent = isPending && !kept.isPending;
  await showOn(kept);
  const subscription = isSent && (await currentSubscription());
  if (!subscription) return;
  await showNews(subscription);
  say(!latest || isSame(latest.reminder, reminderOf(kept)) ? SAVED : NOT_THESE);
}

/** It is off, with what its reader wanted when it was on. */
async function showOff(words = "") {
  const { wanted, zone } = await readRecord();
  await writeForm({ ...wanted, pause_until: null }, zone);
  written = "";
  latest = undefined;
  show("off");
  say(words);
}

/** What is on; the fields are left alone while what they were last put to holds. */
async function showOn(/** @type {Kept} */ kept, known = latest) {
  latest = known;
  isPending = kept.isPending;
  const wish = JSON.stringify([kept.wanted, kept.zone]);
  if (wish !== written) await writeForm(kept.wanted, kept.zone);
  written = wish;
  await showFacts(kept, known);
  showKnown(known);
  show("on");
}

/** Runs one action at a time, and turns whatever goes wrong into words. */
async function attempt(/** @type {() => Promise<void> | void} */ action) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  try {
    await action();
  } catch (error) {
    say(inWords(error));
  } finally {
    form.ariaBusy = "false";
  }
}

function inWords(/** @type {unknown} */ error) {
  return error instanceof Refusal ? error.message : _("That did not work: the server cannot be reached. Please try again in a while.");
}
