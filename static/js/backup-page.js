/**
 * Settings, the part about backups: a file out, a file in, and erasing everything. Nothing here
 * changes before the tap whose words have said what will.
 *
 * @import { Contents, Look } from "./backup.js"
 */

import { asking } from "./asking-document.js";
import { BackupError, checkSize, describeRestore, makeBackup, parseLook, readBackup, WAYS } from "./backup.js";
import { inWords } from "./backup-words.js";
import { isoDate } from "./deck.js";
import * as documents from "./documents.js";
import { keepOnly, readRecord } from "./reminder-record.js";
import { askToStay, erase, isLasting } from "./store.js";
import { currentSubscription, deliver, forget, proofOf } from "./subscriptions.js";
import { _ } from "./words.js";

/** @typedef {keyof typeof WAYS} Way */

const REVOKE_MILLISECONDS = 60_000;
const LOCK_MILLISECONDS = 40_000; // longer than the worker holds it

const backupForm = /** @type {HTMLFormElement} */ (find("#backup-form"));
const lockedForm = /** @type {HTMLFormElement} */ (find("#restore-locked"));
const fileField = /** @type {HTMLInputElement} */ (find("#restore-file"));
const restoreDialog = /** @type {HTMLDialogElement} */ (find("#restore"));
const eraseDialog = /** @type {HTMLDialogElement} */ (find("#erase"));
/** The words of the chosen file, what they hold, and what was here before it was restored. */
let text = "";
/** @type {Contents} */
let incoming;
/** @type {Contents | undefined} */
let before;

/** Listens, and only then shows what can be tapped. */
export function start() {
  backupForm.addEventListener("input", showAgain);
  backupForm.addEventListener("submit", (event) => attempt(event, download));
  find("#restore-choose").addEventListener("click", () => fileField.click());
  fileField.addEventListener("change", (event) => attempt(event, readFile));
  lockedForm.addEventListener("submit", (event) => attempt(event, open));
  for (const button of restoreDialog.querySelectorAll("[data-way]")) {
    button.addEventListener("click", (event) => attempt(event, () => restore(/** @type {Way} */ (button.getAttribute("data-way")))));
  }
  find("#restore-undo").addEventListener("click", (event) => attempt(event, undo));
  find("#erase-ask").addEventListener("click", () => eraseDialog.showModal());
  find("#erase-now").addEventListener("click", (event) => attempt(event, eraseAll));
  find("#backup").hidden = false;
}

/** Runs one thing at a time; what it returns or throws is said. */
async function attempt(/** @type {Event} */ event, /** @type {() => Promise<string>} */ work) {
  event.preventDefault();
  if (backupForm.ariaBusy === "true") return;
  backupForm.ariaBusy = "true";
  say(_("One moment…"));
  try {
    say(await work());
  } catch (error) {
    say(error instanceof BackupError ? error.message : _("That did not work, and nothing was changed. Please try again."));
  }
  backupForm.ariaBusy = "false";
}

async function download() {
  const passphrase = passphraseOf(backupForm);
  if (passphrase && passphrase !== new FormData(backupForm).get("again")) throw new BackupError(_("The two passphrases are not the same."));
  const now = new Date();
  const file = new Blob([await makeBackup(await contents(), now, passphrase)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = `pocket-backup-${isoDate(now)}.json`;
  link.click();
  setTimeout(URL.revokeObjectURL, REVOKE_MILLISECONDS, link.href);
  backupForm.reset();
  showAgain();
  return _("Your backup is with your downloads.");
}

/** The field is emptied, so that the same file can be chosen again. */
async function readFile() {
  const file = /** @type {FileList} */ (fileField.files)[0];
  fileField.value = "";
  lockedForm.reset();
  checkSize(file.size);
  text = await file.text();
  return open();
}

async function open() {
  try {
    incoming = await readBackup(text, passphraseOf(lockedForm));
  } catch (error) {
    if (!(error instanceof BackupError && error.isLocked)) throw error;
    showDialog(true);
    return error.message;
  }
  const current = await contents();
  for (const button of restoreDialog.querySelectorAll("[data-way]")) {
    const way = /** @type {Way} */ (button.getAttribute("data-way"));
    write(`[data-way=${way}] small`, inWords(way, describeRestore(current, incoming, way)));
  }
  showDialog(false);
  return "";
}

async function restore(/** @type {Way} */ way) {
  before = await put(WAYS[way], incoming);
  restoreDialog.close();
  find("#restore-undo").hidden = false;
  askToStay();
  return (await isLasting()) ? _("Restored.") : _("Restored until you close the app. This browser keeps nothing longer here.");
}

async function undo() {
  if (before) await put(WAYS.replace, before);
  forgetBefore();
  return _("As it was before.");
}

async function eraseAll() {
  eraseDialog.close();
  const wait = { signal: AbortSignal.timeout?.(LOCK_MILLISECONDS) };
  const isTold = await (navigator.locks?.request("reminder", wait, eraseWithReminder) ?? eraseWithReminder());
  wear({});
  forgetBefore();
  if (isTold) return _("Everything is erased from this device.");
  deliver();
  return _("Everything is erased from this device. The server forgets your reminder as soon as there is a network.");
}

/** The proof that what the server knows is ours stays until it is deleted there. @returns {Promise<boolean>} whether it is */
async function eraseWithReminder() {
  const [{ told }, subscription] = await Promise.all([readRecord(), currentSubscription().catch(() => null)]);
  const proof = told ?? (subscription && proofOf(subscription));
  await erase();
  if (!proof) return true;
  await keepOnly(proof);
  const isGone = subscription !== null && (await forget(subscription).catch(() => false)) && subscription.endpoint === proof.endpoint;
  if (isGone) await erase();
  return isGone;
}

/** Changes what is kept at this moment; what it was is the answer. */
async function put(/** @type {typeof WAYS[Way]} */ rules, /** @type {Contents} */ theirs) {
  const was = await contents();
  await documents.kept.change((now) => rules.kept((was.kept = now), theirs.kept));
  await documents.reading.change((now) => rules.reading((was.reading = now), theirs.reading));
  await asking.change((now) => rules.asking((was.asking = now), theirs.asking));
  wear(rules.look(was.look, theirs.look));
  return was;
}

/** @returns {Promise<Contents>} everything that a backup holds */
async function contents() {
  const [kept, reading, ask] = await Promise.all([documents.kept.read(), documents.reading.read(), asking.read()]);
  return { kept, reading, look: parseLook(document.documentElement.dataset), asking: ask };
}

/** Writes the look as the settings above do, and tells them and the page. */
function wear(/** @type {Look} */ look) {
  dispatchEvent(new CustomEvent("look", { detail: look }));
  try {
    if (Object.keys(look).length) localStorage.setItem("look", JSON.stringify(look));
    else localStorage.removeItem("look");
  } catch {
    // Storage is forbidden: the page wears it until it is left.
  }
  dispatchEvent(new Event("storage"));
}

function forgetBefore() {
  before = undefined;
  find("#restore-undo").hidden = true;
}

function showAgain() {
  find("#backup-again").hidden = !passphraseOf(backupForm);
}

function passphraseOf(/** @type {HTMLFormElement} */ form) {
  return String(new FormData(form).get("passphrase"));
}

function showDialog(/** @type {boolean} */ isLocked) {
  lockedForm.hidden = !isLocked;
  find("#restore-ways").hidden = isLocked;
  if (!restoreDialog.open) restoreDialog.showModal();
  find(isLocked ? "#restore-locked [type=password]" : "#restore-title").focus();
}

function say(/** @type {string} */ words) {
  write("#backup-said", restoreDialog.open ? "" : words);
  write("#restore-said", restoreDialog.open ? words : "");
}

function write(/** @type {string} */ selector, /** @type {string} */ words) {
  find(selector).textContent = words;
}

function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}
