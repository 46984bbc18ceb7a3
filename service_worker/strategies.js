// How a request is answered, by the names of service-worker practice. Knows no page of ours.

/**
 * A loader that runs once in the worker's life; a failure is forgotten, so that the next call tries again.
 * @template T
 * @param {() => Promise<T>} load
 * @returns {() => Promise<T>}
 */
function remember(load) {
  /** @type {Promise<T> | undefined} */
  let kept;
  return () =>
    (kept ??= load().catch((error) => {
      kept = undefined;
      throw error;
    }));
}

const openCache = remember(() => caches.open(CACHE));

/** The precached response of a path, if it is still there: evicted, or on a disk that fails, it is not. */
async function fromCache(/** @type {string} */ path) {
  try {
    return await (await openCache()).match(path, { ignoreVary: true });
  } catch {
    return undefined;
  }
}

/** The precached answer, whatever the query; the network only when the entry is gone. */
async function cacheFirst(/** @type {Request} */ request) {
  return (await fromCache(new URL(request.url).pathname)) ?? fetch(request);
}

/**
 * The network's answer if it arrives whole within the limit and is accepted, else the fallback.
 * @param {string} path with no query that is the reader's own
 * @param {{seconds: number, accepts: (response: Response) => boolean, fallback: () => Promise<Response>}} how
 */
async function networkFirst(path, { seconds, accepts, fallback }) {
  const response = await fetchWhole(path, seconds).catch(() => undefined);
  return response && accepts(response) ? response : fallback();
}

/** A browser shows no page that was redirected to, and half a page helps nobody. */
async function fetchWhole(/** @type {string} */ url, /** @type {number} */ seconds) {
  const response = await fetch(url, { signal: AbortSignal.timeout(seconds * 1000), redirect: "error" });
  return new Response(await response.blob(), response);
}
