// The device's own memory, where the pages (static/js/store.js) and this worker meet. The pages alone
// make it: an empty database of ours would stand in their way.

const DATABASE = "pocket";
const SHELF = "documents";
const PATIENCE_MILLISECONDS = 2000;

/** A document as it is kept, or nothing; rejects where there is no database, and one that does not answer in time. */
function recall(/** @type {string} */ name) {
  return inTime(atShelf("readonly", (shelf) => shelf.get(name)));
}

/**
 * Changes what is kept now, and tells the pages.
 * @param {string} name
 * @param {(kept: any) => any} change
 */
async function keep(name, change) {
  const write = (/** @type {IDBObjectStore} */ shelf) => {
    const request = shelf.get(name);
    request.onsuccess = () => shelf.put(change(request.result), name);
    return request;
  };
  await inTime(atShelf("readwrite", write));
  new BroadcastChannel(DATABASE).postMessage("changed");
}

/**
 * Rejects when it takes too long; what was begun goes on.
 * @template T
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
function inTime(promise, milliseconds = PATIENCE_MILLISECONDS) {
  return Promise.race([promise, new Promise((_, reject) => setTimeout(reject, milliseconds, new Error("too late")))]);
}

/**
 * The result of the request, once its whole transaction is on the disk.
 * @param {IDBTransactionMode} mode
 * @param {(shelf: IDBObjectStore) => IDBRequest} ask
 * @returns {Promise<any>}
 */
function atShelf(mode, ask) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE);
    opening.onupgradeneeded = () => opening.transaction?.abort();
    opening.onerror = reject;
    opening.onsuccess = () => {
      const database = opening.result;
      const transaction = database.transaction(SHELF, mode);
      const request = ask(transaction.objectStore(SHELF));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = transaction.onerror = reject;
      database.close(); // once the transaction is over: a newer release must not wait for us
    };
  });
}
