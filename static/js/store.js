/**
 * The device's own memory: a few documents in IndexedDB, each changed as a whole, so that two open
 * tabs never lose each other's work. What the browser will not keep (in private windows, on a full
 * or broken disk) waits in the page, is tried again with each later change, and is gone when the
 * page is closed before; `isLasting` says so. Knows no document's meaning.
 */

const DATABASE = "pocket";
const SHELF = "documents";
const PATIENCE_MILLISECONDS = 3000;
const ERASED = "erased";
const LATE = new Error("no answer from the database");

/** What brings the database from each version to the next; never change one that was released. */
const MIGRATIONS = [(/** @type {IDBDatabase} */ database) => database.createObjectStore(SHELF)];

/** @typedef {{name: string, change: (kept: unknown) => any}} Change */

/** What the disk has not taken, in order: changes, since other tabs change the values meanwhile. @type {Change[]} */
let pending = [];
/** What comes of them, by name, until another tab changes something. @type {Map<string, any>} */
const made = new Map();
/** @type {Set<() => void>} */
const listeners = new Set();
const channel = globalThis.BroadcastChannel && new BroadcastChannel(DATABASE);
channel?.addEventListener("message", ({ data }) => {
  if (data === ERASED) pending = [];
  made.clear();
  tell();
});

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
      publish("changed");
      return value;
    },
  };
}

/** Calls back after each change of any document, in this tab or another. */
export function onChange(/** @type {() => void} */ listener) {
  listeners.add(listener);
}

/** Whether what is written now will still be here tomorrow, as far as the browser says. */
export function isLasting() {
  return open().then(() => !pending.length, () => false);
}

/** Asks the browser not to clear our documents when it needs room; true when it agrees. */
export async function askToStay() {
  return (await navigator.storage?.persist?.().catch(() => false)) ?? false;
}

/** Forgets every document; rejects, with nothing forgotten, when there is a disk and it does not obey. */
export async function erase() {
  await open().then(() => transact("readwrite", (shelf) => shelf.clear()), refuseIfLate);
  pending = [];
  made.clear();
  publish(ERASED);
}

async function read(/** @type {string} */ name) {
  if (made.has(name)) return made.get(name);
  const value = apply(pending, name, await transact("readonly", (shelf) => shelf.get(name)).catch(() => undefined));
  if (pending.length) made.set(name, value);
  return value;
}

/**
 * One transaction from reading to writing, for this change and all that are pending.
 * @template T
 * @param {string} name
 * @param {(kept: unknown) => T} change
 * @returns {Promise<T>}
 */
async function write(name, change) {
  const own = { name, change };
  /** @type {Change[]} */
  let changes = [];
  /** @type {Record<string, any>} */
  const values = {};
  try {
    await transact("readwrite", (shelf) => {
      // What is pending is known once this transaction runs, when those before it are over.
      const request = shelf.get(name);
      request.onsuccess = () => {
        changes = [...pending, own];
        new Set(changes.map(({ name }) => name)).forEach((name) => {
          const request = shelf.get(name);
          request.onsuccess = () => shelf.put((values[name] = apply(changes, name, request.result)), name);
        });
      };
      return request;
    });
    pending = pending.filter((each) => !changes.includes(each));
    if (!pending.length) made.clear();
  } catch {
    values[name] = change(await read(name));
    made.set(name, values[name]);
    pending.push(own);
  }
  return values[name];
}

/** A disk that answers late may hold what is to be forgotten; one that is not there holds nothing. */
function refuseIfLate(/** @type {unknown} */ error) {
  if (error === LATE) throw error;
}

/** What the changes make of what is kept under the name. */
function apply(/** @type {Change[]} */ changes, /** @type {string} */ name, /** @type {unknown} */ kept) {
  for (const each of changes) if (each.name === name) kept = each.change(kept);
  return kept;
}

/**
 * The result of the request, once the whole transaction is on the disk. A connection may have died
 * without a word (iOS, while the app slept): then there is a second try, on a new one.
 * @param {IDBTransactionMode} mode
 * @param {(shelf: IDBObjectStore) => IDBRequest} ask
 */
async function transact(mode, ask) {
  const database = await open();
  let transaction;
  try {
    transaction = database.transaction(SHELF, mode);
  } catch {
    opening = undefined;
    transaction = (await open()).transaction(SHELF, mode);
  }
  const request = ask(transaction.objectStore(SHELF));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = transaction.onerror = reject;
  });
}

/**
 * The database. A browser that has not answered counts as one that refuses, until it does. A failure
 * is forgotten, so that the next who asks tries again; a browser that forbids it outright is not asked twice.
 */
function open() {
  opening ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, MIGRATIONS.length);
    request.onupgradeneeded = ({ oldVersion }) =>
      MIGRATIONS.slice(oldVersion).forEach((migrate) => migrate(request.result));
    request.onsuccess = () => resolve((opening = leave(request.result)));
    request.onerror = () => {
      opening = undefined;
      reject(request.error);
    };
    setTimeout(reject, PATIENCE_MILLISECONDS, LATE);
  });
  return opening;
}

/** Browsers drop connections, and a newer release in another tab must not wait for ours to upgrade the database. */
async function leave(/** @type {IDBDatabase} */ database) {
  database.onclose = database.onversionchange = () => {
    database.close();
    opening = undefined;
  };
  return database;
}

function publish(/** @type {string} */ news) {
  tell();
  channel?.postMessage(news);
}

function tell() {
  listeners.forEach((listener) => listener());
}
