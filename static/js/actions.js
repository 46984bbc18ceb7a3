/**
 * What can be done with the card on the screen: save, not for me, copy, listen, the gentler wording;
 * and the way to what has a module of its own. Each is a button, most are a key as well, which a
 * reader who speaks to the device can turn off (WCAG 2.2, 2.1.4).
 */

import { at } from "./addresses.js";
import { comeBackTo, isShared, shownCard, turn } from "./card.js";
import * as documents from "./documents.js";
import { article, flip } from "./face.js";
import { hide, save, unhide, unsave } from "./kept.js";
import { notify } from "./notices.js";
import { askToStay, isLasting } from "./store.js";
import { _ } from "./words.js";

/** @type {Record<string, () => unknown>} */
const DEEDS = {
  save: toggleSaved,
  flip,
  hide: hideCard,
  copy: copyCard,
  // The sheet is not kept after a first visit; without a network the words can be copied all the same.
  share: () => import("./share.js").then((module) => module.openShare(textOfCard(), copyCard), copyCard),
  listen,
  more: openMore,
  keys: () => open("keys"),
};
/** @type {Record<string, string>} */
const KEYS = { s: "save", g: "flip", c: "copy", h: "share", l: "listen", "?": "keys" };

/** @type {MutationObserver | undefined} */
let silence;

/** Listens for the buttons and keys of the card page. */
export function start() {
  document.addEventListener("click", (event) => {
    const target = /** @type {Element} */ (event.target);
    const deed = /** @type {HTMLElement | null} */ (target.closest("[data-do]"))?.dataset.do ?? "";
    if (target.closest("#more [data-do]") || isBackdrop(target, event)) target.closest("dialog")?.close();
    DEEDS[deed]?.();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || isElsewhere(event.target)) return;
    if (!document.documentElement.dataset.keys) DEEDS[KEYS[letterOf(event)]]?.();
  });
}

async function toggleSaved() {
  const card = shownCard();
  const now = new Date().toISOString();
  /** Since when it was saved; decided once, though a change may be made again. @type {string | undefined} */
  let since;
  const { saved } = await documents.kept.change((kept) => {
    since ??= kept.saved.find(({ id }) => id === card.id)?.at ?? "";
    return since ? unsave(kept, card.id) : save(kept, card, now);
  });
  if (saved.length === 1) askToStay();
  if (since) notify(_("No longer saved."), { label: _("Undo"), act: () => documents.kept.change((kept) => save(kept, card, since ?? now)) });
  else if (await isLasting()) notify(_("Saved on this device."));
  else notify(_("Saved until you close the app. This browser keeps nothing longer here."));
}

async function hideCard() {
  const { id } = shownCard();
  await documents.kept.change((kept) => hide(kept, id, new Date().toISOString()));
  turn(1);
  const act = async () => {
    await documents.kept.change((kept) => unhide(kept, id));
    comeBackTo(id);
  };
  notify(_("You will not be shown that card again."), { label: _("Undo"), act });
}

/** The words as shown, and the address of a card that has one. */
function textOfCard() {
  const { said, id } = shownCard();
  return isShared() ? `${said}\n${location.origin}${at("/affirmations/" + id)}` : said;
}

async function copyCard() {
  try {
    await navigator.clipboard.writeText(textOfCard());
    notify(_("Copied."));
  } catch {
    notify(_("This browser does not let the app copy. Hold a finger on the words to select them."));
  }
}

/** Listening is offered where there is a voice. */
async function openMore() {
  open("more");
  const { chosenVoice } = await readVoice();
  /** @type {HTMLElement} */ (document.querySelector("[data-do=listen]")).hidden = !(await chosenVoice());
}

async function listen() {
  const { chosenVoice, toggleSpeech } = await readVoice();
  if (await chosenVoice()) toggleSpeech(shownCard().said);
  else notify(_("This device has no voice to read with."));
}

/** The voice falls silent when the card turns, or turns over. */
async function readVoice() {
  const voice = await import("./speak.js");
  silence ??= new MutationObserver(voice.stopSpeech);
  silence.observe(article, { attributes: true });
  return voice;
}

function open(/** @type {string} */ id) {
  /** @type {HTMLDialogElement} */ (document.getElementById(id)).showModal();
}

/** A tap beside an open sheet closes it; one on its bare parts does not. */
function isBackdrop(/** @type {Element} */ target, /** @type {MouseEvent} */ { clientX, clientY }) {
  if (!(target instanceof HTMLDialogElement)) return false;
  const { top, left, right } = target.getBoundingClientRect();
  return clientY < top || clientX < left || clientX > right;
}

/** Keys typed into a field or an open sheet are not meant for the card. */
function isElsewhere(/** @type {EventTarget | null} */ target) {
  const isField = target instanceof Element && target.matches("input, textarea, select");
  return isField || document.querySelector("dialog[open]") !== null;
}

/** The Latin letter of a key, which a keyboard of another script has in the same place. */
function letterOf(/** @type {KeyboardEvent} */ { key, code }) {
  return /^[ -~]$/.test(key) ? key.toLowerCase() : code.slice(3).toLowerCase();
}
