// What is kept for offline use, how it gets in, and how it leaves. Every byte is checked against
// the release's own list, all of it or nothing. A first visit brings the cards and Help now; the
// other screens follow as `rest` when the reader touches the page or opens another. Answers no request.

/**
 * @typedef {typeof POCKET.precache[number]} Entry
 * @typedef {{text: string, headers: Record<string, string>}} Frame
 * @typedef {Record<string, [title: string, main: string]>} Parts by path, or by name
 * @typedef {{frame: Frame, parts: Parts, files: Record<string, [type: string, text: string]>}} Pack
 */

/** The cache of this release, which is a hash of the worker and of all that it keeps. */
const CACHE = POCKET.cachePrefix + POCKET.release;

/** Keeps this release; one that follows another, be it in another language, comes whole. */
async function precache() {
  const isFirst = !(await ourCaches()).length;
  await gather(POCKET.precache.filter(({ url }) => !isFirst || url !== POCKET.rest));
}

/** @type {Promise<void> | undefined} */
let coming;

/** Keeps what a first visit was spared, once for all who ask; rejects when it does not get through. */
function keepRest() {
  return (coming ??= gatherRest().finally(() => (coming = undefined)));
}

async function gatherRest() {
  if (!(await caches.has(CACHE))) return gather(POCKET.precache); // the browser has cleared it
  const isThere = await (await caches.open(CACHE)).match(POCKET.rest);
  if (!isThere) await gather(POCKET.precache.filter(({ url }) => url === POCKET.rest));
}

/**
 * Gathers all of it, then keeps it: nothing is written before the last byte is checked, and what a
 * full disk half wrote of a new release goes again, so that the one before it stays whole. A pack
 * comes after its files: where it is, they are.
 */
async function gather(/** @type {Entry[]} */ entries) {
  const wasThere = await caches.has(CACHE);
  const responses = await Promise.all(entries.map(obtain));
  const unpacked = await Promise.all(responses.filter((_, i) => isPack(entries[i])).map(unpack));
  try {
    const cache = await caches.open(CACHE);
    await Promise.all(unpacked.flat().map(([url, response]) => cache.put(url, response)));
    await Promise.all(responses.map((response, i) => cache.put(entries[i].url, response)));
  } catch (error) {
    if (!wasThere) await caches.delete(CACHE);
    throw error;
  }
}

function isPack(/** @type {Entry} */ { url }) {
  return url === POCKET.pack || url === POCKET.rest;
}

/** The files of a pack, each with its own address. @returns {Promise<[string, Response][]>} */
async function unpack(/** @type {Response} */ response) {
  const { files } = await openPack(response.clone());
  return Object.entries(files).map(([url, [type, text]]) => [url, new Response(text, { headers: { "Content-Type": type } })]);
}

/** @returns {Promise<Pack>} as the server joined its texts: an index, then all in the index's order */
async function openPack(/** @type {Response} */ response) {
  const [index, frame, ...texts] = (await response.text()).split("\0");
  const { headers, parts, files } = JSON.parse(index);
  const withTexts = (/** @type {Record<string, string>} */ said) =>
    Object.fromEntries(Object.entries(said).map(([name, value]) => [name, /** @type {[string, string]} */ ([value, texts.shift()])]));
  return { frame: { text: frame, headers }, parts: withTexts(parts), files: withTexts(files) };
}

/** Removes our caches of other releases; a cache without our prefix is somebody else's. */
async function cleanUp() {
  const old = (await ourCaches()).filter((name) => name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** An entry as an older release has it, else from the server. */
async function obtain(/** @type {Entry} */ entry) {
  return (await findKept(entry)) ?? download(entry);
}

/** The same bytes out of one of our caches. */
async function findKept(/** @type {Entry} */ { url, integrity }) {
  for (const name of await ourCaches()) {
    const response = await (await caches.open(name)).match(url);
    if (response && (await integrityOf(response.clone())) === integrity) return response;
  }
  return undefined;
}

/**
 * An entry from the server, refused unless its bytes are the release's. The browser's own cache
 * may answer first; if that holds something else, such as a captive portal's page, it is passed by.
 */
function download(/** @type {Entry} */ { url, integrity, revision }) {
  const address = revision ? `${url}?revision=${revision}` : url;
  const get = (/** @type {RequestCache} */ cache) => fetch(address, { integrity, cache, redirect: "error" });
  return get("default").catch(() => get("reload"));
}

/** The bytes of a response as Subresource Integrity writes them; its body is used up. */
async function integrityOf(/** @type {Response} */ response) {
  const digest = await crypto.subtle.digest("SHA-256", await response.arrayBuffer());
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

async function ourCaches() {
  return (await caches.keys()).filter((name) => name.startsWith(POCKET.cachePrefix));
}
