/**
 * The reminder on, told anew, and off: browser, record and server in step, whatever fails on the way. It shows nothing.
 *
 * @import { Wanted, Zone } from "./reminder-record.js"
 */

import { confirm, readRecord, remember, rememberOff, reminderOf, tellAgain } from "./reminder-record.js";
import { currentSubscription, proofOf, Refusal, remove, save, subscribe } from "./subscriptions.js";

const PATIENCE_MILLISECONDS = 10_000;

/**
 * Turns it on. Where the server does not answer it may have heard, so what it may know is still to be deleted;
 * what it refuses it has not kept. The browser keeps nothing of either.
 */
export function begin(/** @type {string} */ key, /** @type {Wanted} */ wanted, /** @type {Zone} */ zone) {
  return alone(async () => {
    const { told } = await readRecord();
    if (told && !(await remove(told))) throw new Error("an earlier one is still there");
    const subscription = await subscribe(key);
    const proof = proofOf(subscription);
    await tellAgain(proof);
    const reminder = reminderOf(await remember(wanted, zone));
    try {
      await confirm(reminder, await save(subscription, reminder), proof);
    } catch (error) {
      await subscription.unsubscribe();
      await rememberOff(error instanceof Refusal);
      throw error;
    }
    return subscription;
  });
}

/** Keeps what is wanted of a reminder that is on, and tells the server; choices that it refuses are not told again. */
export async function tell(/** @type {string} */ key, /** @type {Wanted} */ wanted, /** @type {Zone} */ zone) {
  await remember(wanted, zone);
  return alone(async () => {
    const kept = await readRecord();
    const reminder = reminderOf(kept);
    const subscription = (await currentSubscription()) ?? (await subscribe(key));
    const proof = proofOf(subscription);
    try {
      await confirm(reminder, await save(subscription, reminder, kept.told), proof);
    } catch (error) {
      if (error instanceof Refusal && error.field.startsWith("reminder")) await confirm(reminder, kept, kept.told ?? proof);
      throw error;
    }
    return subscription;
  });
}

/** Turns it off, here at once. @returns {Promise<boolean>} whether the server has deleted all that it knew; if not, that waits in the record */
export async function end() {
  await rememberOff(false);
  return alone(async () => {
    const { told } = await readRecord();
    const subscription = await currentSubscription();
    const held = subscription && proofOf(subscription);
    await subscription?.unsubscribe();
    for (const proof of held?.endpoint === told?.endpoint ? [told] : [told, held]) {
      if (!proof || (await remove(proof))) continue;
      await tellAgain(proof);
      await rememberOff(false);
      return false;
    }
    await rememberOff(true);
    return true;
  }).catch(() => false);
}

/**
 * Nobody else changes record or subscription meanwhile: the worker takes the same lock.
 * @template T
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
function alone(work) {
  return navigator.locks.request("reminder", { signal: AbortSignal.timeout?.(PATIENCE_MILLISECONDS) }, work);
}
