// Which request gets which answer. What is not named here is none of the worker's business.

const LOST_SECONDS = 4;
const CARD_PATH = /^\/affirmations\/([^/]+)$/;
const SHELLS = [POCKET.shell, POCKET.lost];

const PRECACHED = new Set(POCKET.precache.map(({ url }) => url));
/** What is kept and shown as it is; the shells are not for showing. */
const PAGES = new Set(
  POCKET.precache.filter(({ url, revision }) => revision && !SHELLS.includes(url)).map(({ url }) => url),
);

/**
 * The answer to a request; nothing leaves it to the browser.
 * @returns {Promise<Response> | undefined}
 */
function route(/** @type {Request} */ request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return undefined;
  if (request.mode === "navigate") return routePage(request, pathname);
  return PRECACHED.has(pathname) ? cacheFirst(request) : undefined;
}

function routePage(/** @type {Request} */ request, /** @type {string} */ pathname) {
  if (PAGES.has(pathname)) return cacheFirst(request);
  if (pathname === "/") return todaysPage(new Date()).catch(() => fetch(request));
  const id = CARD_PATH.exec(pathname)?.[1];
  return id ? cardOrLost(request, id).catch(() => fetch(request)) : undefined;
}

/** A card that this release does not know may be newer than it, or a slip of the finger. */
async function cardOrLost(/** @type {Request} */ request, /** @type {string} */ id) {
  const fallback = () => lostPage(new Date());
  return (await cardPage(id)) ?? networkFirst(request, { seconds: LOST_SECONDS, accepts: isOurs, fallback });
}

/** A captive portal answers 200 as well, but not with our header. */
function isOurs(/** @type {Response} */ response) {
  return response.headers.has("Pocket-Page") && response.status < 500;
}

/**
 * Tells the browser ahead of time what the worker would answer (Static Routing API, Chromium
 * since 123). Without it Chromium asks the network for a page beside starting the worker, so that
 * a later visit costs bytes; with it a page that is kept as it is does not even start the worker.
 */
function addStaticRoutes(/** @type {ExtendableEvent} */ event) {
  const install = /** @type {{addRoutes?: (rules: object[]) => Promise<void>}} */ (/** @type {unknown} */ (event));
  install.addRoutes?.(staticRoutes()).catch(() => {});
}

/**
 * The first rule that fits a request decides; a cache without the entry means the network. Few and
 * broad, because a browser compiles them all at each cold start: 35 exact ones cost it 20 ms.
 */
function staticRoutes() {
  const get = (/** @type {string} */ pathname, /** @type {string} */ search) =>
    ({ urlPattern: { pathname, search }, requestMethod: "GET" });
  const whole = [get("/static/*", ""), get("/:page", "")];
  const filled = [get("/", "*"), get("/affirmations/*", "*"), get("/:page", "*")];
  return [
    { condition: { or: whole }, source: { cacheName: CACHE } },
    { condition: { or: filled }, source: "fetch-event" },
    { condition: { urlPattern: { pathname: "*" } }, source: "network" },
  ];
}
