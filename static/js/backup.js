/**
 * The backup file: made, read, and weighed against what is here. A file that cannot be taken whole is
 * refused with the reason and the remedy. Touches no storage and no page. The README and
 * `webapp/content/backup.schema.json` describe the format.
 *
 * @import { Asking } from "./asking.js"
 * @import { Kept } from "./kept.js"
 * @import { Reading } from "./reading.js"
 * @typedef {Record<string, string>} Look
 * @typedef {{kept: Kept, reading: Reading, look: Look, asking: Asking}} Contents
 * @typedef {"saved" | "hidden" | "own" | "people" | "intentions" | "drafts"} List
 * @typedef {Record<List, number>} Counts
 */

import { mergeAsking, parseAsking } from "./asking.js";
import { merge, parseKept } from "./kept.js";
import { mergeReading, parseReading } from "./reading.js";
import { _ } from "./words.js";

export const LOOKS = ["theme", "contrast", "size", "font", "spacing", "motion", "face", "keys"];
/** @type {List[]} */
const LISTS = ["saved", "hidden", "own", "people", "intentions", "drafts"];
const MARKS = ["saved", "hidden"]; // whose words are the deck's
const LOOK = /^[a-z]{1,20}$/;
const FORMAT = "pocket-affirmations-backup";
const VERSION = 2; // the first knew nothing of asking
const LARGEST_OCTETS = 5_000_000;
const CIPHER = "AES-256-GCM";
const KDF = "PBKDF2-HMAC-SHA-256";
const ITERATIONS = 600_000; // OWASP Password Storage Cheat Sheet, 2023
const MOST_ITERATIONS = 10_000_000;
const SALT_OCTETS = 16;
const IV_OCTETS = 12;

/** What becomes of each part; a merge leaves the settings that are here. */
export const WAYS = {
  merge: { kept: merge, reading: mergeReading, look: first, asking: mergeAsking },
  replace: { kept: second, reading: second, look: second, asking: second },
};

/** Why a file is not restored, in words for the reader. */
export class BackupError extends Error {
  /** @param {string} message @param {boolean} [isLocked] another passphrase may open it */
  constructor(message, isLocked = false) {
    super(message);
    this.isLocked = isLocked;
  }
}

/** The text of the file. */
export async function makeBackup(/** @type {Contents} */ { kept, reading, look, asking }, /** @type {Date} */ now, passphrase = "") {
  const contents = { kept, reading, look, asking };
  const body = passphrase ? { encrypted: await encrypt(JSON.stringify(contents), passphrase) } : contents;
  return JSON.stringify({ format: FORMAT, version: VERSION, made: now.toISOString(), ...body }, null, 1);
}

/** To be asked before a file is read: a huge one could take the page down. */
export function checkSize(/** @type {number} */ octets) {
  if (octets > LARGEST_OCTETS) throw new BackupError(_("This file is larger than 5 MB, and no Pocket backup is. Please choose another."));
}

/** What a file holds, all of it. @returns {Promise<Contents>} */
export async function readBackup(/** @type {string} */ text, passphrase = "") {
  const { format, version, ...body } = parse(text);
  if (format !== FORMAT) throw new BackupError(_("This is not a whole Pocket backup. Please choose a file named pocket-backup."));
  if (!isCount(version)) throw damaged(_("This backup is damaged: its version cannot be read."));
  if (version > VERSION) throw new BackupError(_("A newer Pocket made this backup. Open Pocket with a network to update it first."));
  const contents = "encrypted" in body ? parse(await decrypt(fields(body.encrypted), passphrase)) : body;
  return parseContents(version === 1 ? { ...contents, asking: parseAsking(undefined) } : contents);
}

/** How many records a restore brings, and how many of those here it takes away. */
export function describeRestore(/** @type {Contents} */ current, /** @type {Contents} */ incoming, /** @type {keyof typeof WAYS} */ way) {
  const { kept, asking } = WAYS[way];
  const before = { ...current.kept, ...current.asking };
  const after = { ...kept(current.kept, incoming.kept), ...asking(current.asking, incoming.asking) };
  return { adds: countBeyond(after, before), goes: countBeyond(before, after) };
}

/** The sound entries of anything. @returns {Look} */
export function parseLook(/** @type {unknown} */ value) {
  const isSound = (/** @type {[string, unknown]} */ [name, look]) => LOOKS.includes(name) && typeof look === "string" && LOOK.test(look);
  return Object.fromEntries(/** @type {[string, string][]} */ (Object.entries(fields(value)).filter(isSound)));
}

/** What the rules would mend or leave out is refused, so that nothing is lost unsaid. */
function parseContents(/** @type {Record<string, unknown>} */ { kept, reading, look, asking }) {
  const parsed = { kept: parseKept(kept), reading: parseReading(reading), look: parseLook(look), asking: parseAsking(asking) };
  if (!isWhole(parsed.kept, kept)) throw damaged(_("This backup is damaged: its saved cards and lines cannot be read."));
  if (!isWhole(parsed.reading, reading)) throw damaged(_("This backup is damaged: its seen cards cannot be read."));
  if (!isWhole(parsed.look, look)) throw damaged(_("This backup is damaged: its settings cannot be read."));
  if (!isWhole(parsed.asking, asking)) throw damaged(_("This backup is damaged: its people and drafts cannot be read."));
  return parsed;
}

function isWhole(/** @type {object} */ parsed, /** @type {unknown} */ given) {
  return holds(parsed, given) && Object.keys(parsed).every((name) => Object.hasOwn(fields(given), name));
}

/** Whether everything given is still there in what was made of it. @returns {boolean} */
function holds(/** @type {unknown} */ made, /** @type {unknown} */ given) {
  const [theirs, ours] = [fields(given), fields(made)];
  if (theirs !== given || ours !== made) return made === given;
  if (Array.isArray(ours) !== Array.isArray(theirs)) return false;
  return Object.keys(theirs).every((name) => Object.hasOwn(ours, name) && holds(ours[name], theirs[name]));
}

/** What `some` has and `others` has not; in other words or for another day it is another. @returns {Counts} */
function countBeyond(/** @type {Record<List, {id: string}[]>} */ some, /** @type {Record<List, {id: string}[]>} */ others) {
  const keys = (/** @type {Record<List, any[]>} */ lists, /** @type {List} */ list) =>
    lists[list].map((each) => [each.id, ...(MARKS.includes(list) ? [] : [each.text, each.name, each.kind, each.reach, each.who, each.day])].join(" "));
  const counts = LISTS.map((list) => {
    const known = new Set(keys(others, list));
    return [list, keys(some, list).filter((key) => !known.has(key)).length];
  });
  return Object.fromEntries(counts);
}

async function encrypt(/** @type {string} */ text, /** @type {string} */ passphrase) {
  const salt = crypto.getRandomValues(new Uint8Array(SALT_OCTETS));
  const iv = crypto.getRandomValues(new Uint8Array(IV_OCTETS));
  const key = await deriveKey(passphrase, salt, ITERATIONS);
  const data = new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text)));
  return { cipher: CIPHER, kdf: KDF, iterations: ITERATIONS, salt: toBase64(salt), iv: toBase64(iv), data: toBase64(data) };
}

async function decrypt(/** @type {Record<string, unknown>} */ { cipher, kdf, iterations, ...rest }, /** @type {string} */ passphrase) {
  const [salt, iv, data] = [rest.salt, rest.iv, rest.data].map(fromBase64);
  const isKnown = cipher === CIPHER && kdf === KDF && salt.length === SALT_OCTETS && iv.length === IV_OCTETS;
  if (!isKnown || !isCount(iterations)) throw damaged(_("This backup is damaged: its protection cannot be read."));
  if (iterations > MOST_ITERATIONS) throw new BackupError(_("This file would keep your device busy for very long, and no Pocket backup does. Please choose another."));
  if (!passphrase) throw new BackupError(_("This backup is protected. Its passphrase opens it."), true);
  const key = await deriveKey(passphrase, salt, iterations);
  try {
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data));
  } catch {
    throw new BackupError(_("That did not open it. It may be another passphrase, or the file is damaged: the two look the same. You can try again."), true);
  }
}

/** One passphrase has one spelling, whatever keyboard typed its accents. */
async function deriveKey(/** @type {string} */ passphrase, /** @type {Uint8Array<ArrayBuffer>} */ salt, /** @type {number} */ iterations) {
  if (!crypto.subtle) throw new BackupError(_("A passphrase needs Pocket at its secure (https) address."));
  const octets = new TextEncoder().encode(passphrase.normalize("NFC"));
  const base = await crypto.subtle.importKey("raw", octets, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(how, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function toBase64(/** @type {Uint8Array} */ octets) {
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
}

function fromBase64(/** @type {unknown} */ text) {
  try {
    return Uint8Array.from(atob(String(text)), (octet) => octet.charCodeAt(0));
  } catch {
    throw damaged(_("This backup is damaged: its protection cannot be read."));
  }
}

/** @returns {Record<string, unknown>} */
function parse(/** @type {string} */ text) {
  try {
    return fields(JSON.parse(text));
  } catch {
    return {};
  }
}

/** @returns {Record<string, unknown>} */
function fields(/** @type {unknown} */ value) {
  return value !== null && typeof value === "object" ? /** @type {Record<string, unknown>} */ (value) : {};
}

/** @returns {value is number} */
function isCount(/** @type {unknown} */ value) {
  return Number.isSafeInteger(value) && Number(value) > 0;
}

function damaged(/** @type {string} */ what) {
  return new BackupError([what, _("Another copy of the file may be whole.")].join(" "));
}

/** @template T @param {T} mine @param {T} _theirs */
function first(mine, _theirs) {
  return mine;
}

/** @template T @param {T} _mine @param {T} theirs */
function second(_mine, theirs) {
  return theirs;
}
