/**
 * The device's own memory: a few documents in IndexedDB, each changed as a whole, so that two open
 * tabs never lose each other's work. Where the browser keeps nothing (private windows, a full or
 * broken disk), the documents live until the page is closed, and `isLasting` says so. Knows no
 * document's meaning.
 */

const DATABASE = "pocket";
const SHELF = "documents";
const LONGEST_WAIT_MILLISECONDS = 3000;

/** What brings the database from each version to the next; never change one that was released. */
const MIGRATIONS = [(/** @type {IDBDatabase} */ database) => database.createObjectStore(SHELF)];

/** What the disk would not take, by name. @type {Map<string, unknown>} */
const unkept = new Map();
/** @type {Set<() => void>} */
const listeners = new Set();
const channel = globalThis.BroadcastChannel && new BroadcastChannel(DATABASE);
channel?.addEventListener("message", tell);

let hasFailed = false;
/** @type {Promise<IDBDatabase> | undefined} */
let opening;

/**
 * A document under a name. `parse` makes a sound value of anything that was kept, or of nothing.
 * @template T
 * @param {string} name
 * @param {(kept: unknown) => T} parse
 */
export function document(name, parse) {
  return {
    /** @returns {Promise<T>} */
    read: async () => parse(await read(name)),
    /** Changes what is kept now, whoever wrote it. @param {(value: T) => T} change @returns {Promise<T>} */
    change: async (change) => {
      const value = await write(name, (kept) => change(parse(kept)));
      tell();
      channel?.postMessage("changed");
      return value;
    },
  };
}

/** Calls back after each change of any document, in this tab or another. */
export function onChange(/** @type {() => void} */ listener) {
  listeners.add(listener);
}

/** Whether what is written now will still be here tomorrow, as far as the browser says. */
export async function isLasting() {
  await open().catch(() => {});
  return !hasFailed;
}

/** Asks the browser not to clear our documents when it needs room; true when it agrees. */
export async function askToStay() {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

/** Forgets every document; rejects, with nothing forgotten, when there is a disk and it does not obey. */
export async function erase() {
  const clear = () => transact("readwrite", (shelf) => shelf.clear());
  await open().then(clear, () => {});
  unkept.clear();
  tell();
  channel?.postMessage("changed");
}

async function read(/** @type {string} */ name) {
  if (unkept.has(name)) return unkept.get(name);
  return transact("readonly", (shelf) => shelf.get(name)).catch(() => undefined);
}

/**
 * One transaction from reading to writing.
 * @template T
 * @param {string} name
 * @param {(kept: unknown) => T} change
 * @returns {Promise<T>}
 */
async function write(name, change) {
  /** @type {{value?: T}} */
  const made = {};
  try {
    await transact("readwrite", (shelf) => {
      const reading = shelf.get(name);
      reading.onsuccess = () => {
        made.value = change(unkept.has(name) ? unkept.get(name) : reading.result);
        shelf.put(made.value, name);
      };
      return reading;
    });
    unkept.delete(name);
  } catch {
    hasFailed = true;
    made.value ??= change(unkept.get(name));
    unkept.set(name, made.value);
  }
  return /** @type {T} */ (made.value);
}

/**
 * The result of the request, once the whole transaction is on the disk.
 * @param {IDBTransactionMode} mode
 * @param {(shelf: IDBObjectStore) => IDBRequest} ask
 */
async function transact(mode, ask) {
  const transaction = (await open()).transaction(SHELF, mode);
  const request = ask(transaction.objectStore(SHELF));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
}

/** The database; a browser that never answers counts as one that refuses. */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, MIGRATIONS.length);
    request.onupgradeneeded = ({ oldVersion }) =>
      MIGRATIONS.slice(oldVersion).forEach((migrate) => migrate(request.result));
    request.onsuccess = () => resolve(leaveWhenAsked(request.result));
    request.onerror = () => reject(request.error);
    setTimeout(reject, LONGEST_WAIT_MILLISECONDS, new Error("no answer from the database"));
  });
  return opening.catch((error) => {
    hasFailed = true;
    throw error;
  });
}

/** A newer release in another tab must not wait for this one to upgrade the database. */
function leaveWhenAsked(/** @type {IDBDatabase} */ database) {
  database.onversionchange = () => {
    database.close();
    opening = undefined;
  };
  return database;
}

function tell() {
  for (const listener of listeners) listener();
}
