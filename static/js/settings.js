/**
 * Settings: how the app looks, words its cards and sounds, and a look for new words. The look is kept
 * in localStorage, where the page's inline script finds it before the first paint, and applies it.
 */

import * as documents from "./documents.js";
import * as languages from "./languages.js";
import { choose } from "./kept.js";
import { speak, stopSpeech, usableVoices } from "./speak.js";
import { onChange } from "./store.js";
import { _ } from "./words.js";

/** @typedef {Record<string, FormDataEntryValue>} Look */

const SAMPLE = _("You don’t have to earn help.");
const TRY = _("Try it");
const STOP = _("Stop");
const UNKEPT = _("This browser keeps nothing for the app, so what you choose here lasts until you leave this page.");
const LONGEST_WAIT_MILLISECONDS = 10_000;
const lookForm = /** @type {HTMLFormElement} */ (find("#look-form"));
const voiceForm = /** @type {HTMLFormElement} */ (find("#voice-form"));
const voiceField = /** @type {HTMLSelectElement} */ (find("[name=voice]"));
const tryButton = find("#try-voice");

/** Shows what is chosen, and listens. */
export async function start() {
  import("./backup-page.js").then((module) => module.start());
  startLook();
  languages.start();
  find("#look-for-words").addEventListener("click", async () => {
    write("#new-words-said", _("Looking…"));
    write("#new-words-said", await lookForWords());
  });
  await startListening();
}

function startLook() {
  showLook();
  for (const type of ["storage", "pageshow", "look"]) addEventListener(type, showLook);
  lookForm.addEventListener("change", () => wear(Object.fromEntries([...new FormData(lookForm)].filter(([, value]) => value))));
  find("#look-reset").addEventListener("click", () => {
    const { face } = document.documentElement.dataset;
    wear(face ? { face } : {});
  });
  try {
    localStorage.getItem("look");
  } catch {
    write("#look-said", UNKEPT);
  }
}

/** Puts the form to what the page wears, which holds where nothing can be kept too. */
function showLook() {
  for (const field of lookForm.querySelectorAll("input")) {
    field.checked = (document.documentElement.dataset[field.name] ?? "") === field.value;
  }
}

function wear(/** @type {Look} */ look) {
  dispatchEvent(new CustomEvent("look", { detail: look }));
  try {
    localStorage.setItem("look", JSON.stringify(look));
  } catch {
    write("#look-said", UNKEPT);
  }
}

async function startListening() {
  const voices = await usableVoices();
  find("#no-voice").hidden = voices.length > 0;
  if (voices.length === 0) return;
  const groups = [true, false].map((isOffline) => voices.filter(({ localService }) => localService === isOffline));
  voiceField.append(...groupOf(_("Work offline"), groups[0]), ...groupOf(_("Need a network, and hear the words"), groups[1]));
  if (groups[0].length === 0) voiceField.options[0].text = _("None");
  voiceForm.addEventListener("change", keepVoice);
  voiceForm.addEventListener("submit", (event) => {
    event.preventDefault();
    tryVoice();
  });
  onChange(showVoice);
  await showVoice();
  voiceForm.hidden = false;
}

function groupOf(/** @type {string} */ label, /** @type {SpeechSynthesisVoice[]} */ voices) {
  if (voices.length === 0) return [];
  const group = document.createElement("optgroup");
  group.label = label;
  group.append(...voices.map(({ name, voiceURI }) => new Option(name, voiceURI)));
  return [group];
}

/** A voice that this device has no more counts as none chosen. */
async function showVoice() {
  const { voice, speed } = (await documents.kept.read()).choices;
  voiceField.value = voice;
  if (voiceField.selectedIndex < 0) voiceField.value = "";
  for (const field of voiceForm.querySelectorAll("input")) field.checked = Number(field.value) === speed;
}

function keepVoice() {
  const chosen = new FormData(voiceForm);
  const choices = { voice: String(chosen.get("voice")), speed: Number(chosen.get("speed")) };
  return documents.kept.change((kept) => choose(kept, choices));
}

function tryVoice() {
  const isSpeaking = tryButton.textContent === STOP;
  tryButton.textContent = isSpeaking ? TRY : STOP;
  if (isSpeaking) stopSpeech();
  else speak(SAMPLE, () => (tryButton.textContent = TRY));
}

/** Asks the server for a newer release, which the page then offers by itself; the answer in words. */
async function lookForWords() {
  try {
    const registration = await navigator.serviceWorker?.getRegistration();
    await Promise.race([registration?.update(), new Promise((_resolve, reject) => setTimeout(reject, LONGEST_WAIT_MILLISECONDS))]);
    const next = registration?.active && (registration.installing ?? registration.waiting);
    if (!next) return _("You have the newest words.");
    return (await hasCome(next)) ? _("New words are here.") : _("New words are on their way and did not come whole. You can look again later.");
  } catch {
    return _("The network does not answer right now. The words you have are here without it.");
  }
}

/** Whether a worker that is being installed gets to its end. @returns {Promise<boolean>} */
function hasCome(/** @type {ServiceWorker} */ worker) {
  return new Promise((resolve) => {
    const tell = () => worker.state === "installing" || resolve(worker.state !== "redundant");
    worker.addEventListener("statechange", tell);
    tell();
  });
}

function find(/** @type {string} */ selector) {
  return /** @type {HTMLElement} */ (document.querySelector(selector));
}

function write(/** @type {string} */ selector, /** @type {string} */ words) {
  find(selector).textContent = words;
}
