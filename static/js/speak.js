/** Reads words aloud with a voice of the device. Knows no card; one voice speaks at a time. */

import * as documents from "./documents.js";
import { onChange } from "./store.js";
import { _ } from "./words.js";

const LONGEST_WAIT_MILLISECONDS = 1000;

/** What is being said, or was said last. @type {SpeechSynthesisUtterance | undefined} */
let current;
let isSpeaking = false;

// Read ahead: iOS begins to speak only within a tap, and the disk answers after it.
let kept = documents.kept.read();
onChange(() => (kept = documents.kept.read()));
document.addEventListener("visibilitychange", () => document.hidden && stopSpeech());
addEventListener("pagehide", stopSpeech);

/** The voices for the page's language, those that need no network first. @returns {Promise<SpeechSynthesisVoice[]>} */
export async function usableVoices() {
  if (!globalThis.speechSynthesis) return [];
  if (!speechSynthesis.getVoices().length) await voicesLoaded();
  const language = primary(document.documentElement.lang);
  return speechSynthesis.getVoices()
    .filter(({ lang }) => primary(lang) === language)
    .sort((one, other) => rank(other) - rank(one));
}

/** The reader's choice, else one that needs no network: another would hear the words, and nobody gets that unasked. */
export async function chosenVoice() {
  const voices = await usableVoices();
  const { voice } = (await kept).choices;
  return voices.find(({ voiceURI }) => voiceURI === voice) ?? voices.find(({ localService }) => localService);
}

/** Speaks, or stops when something is being said. */
export function toggleSpeech(/** @type {string} */ text) {
  if (isSpeaking) stopSpeech();
  else speak(text);
}

/** Speaks in the reader's voice and speed; calls back when that has ended, in whatever way. */
export async function speak(/** @type {string} */ text, onEnd = () => {}) {
  stopSpeech();
  if (!globalThis.speechSynthesis) return onEnd();
  // Chrome forgets an utterance that nobody holds, and then never says that it ended.
  const utterance = (current = new SpeechSynthesisUtterance(text));
  utterance.addEventListener("stop", onEnd);
  utterance.onend = utterance.onerror = () => utterance === current && stopSpeech();
  mark(true);
  const voice = await chosenVoice();
  const { speed } = (await kept).choices;
  if (utterance !== current || !isSpeaking) return;
  if (!voice) return stopSpeech();
  utterance.lang = document.documentElement.lang;
  utterance.voice = voice;
  utterance.rate = speed;
  speechSynthesis.speak(utterance);
}

export function stopSpeech() {
  if (!isSpeaking) return;
  mark(false);
  speechSynthesis.cancel();
  current?.dispatchEvent(new Event("stop"));
}

/** What the button for it says, on pages that have one. */
function mark(/** @type {boolean} */ value) {
  isSpeaking = value;
  const button = document.querySelector("[data-do=listen]");
  if (button) button.textContent = isSpeaking ? _("Stop") : _("Listen");
}

/** "pt" of "pt-BR", and of the "pt_BR" of some browsers. */
function primary(/** @type {string} */ tag) {
  return tag.split(/[-_]/)[0].toLowerCase();
}

/** The system's own choice, and the reader's own country, before the others, of which some are jokes. */
function rank(/** @type {SpeechSynthesisVoice} */ { localService, default: isDefault, lang }) {
  return 4 * Number(localService) + 2 * Number(isDefault) + Number(lang === navigator.language);
}

/** Browsers load their voices when asked first, and some tell when that is done. */
function voicesLoaded() {
  return new Promise((resolve) => {
    speechSynthesis.addEventListener?.("voiceschanged", resolve, { once: true });
    setTimeout(resolve, LONGEST_WAIT_MILLISECONDS);
  });
}
