// Which request gets which answer. What is not named here is none of the worker's business.

const LOST_SECONDS = 4;
const AWAY_SECONDS = 10; // a page that is on its way is worth more than today's words in its place
// What the pack brings, beside pages.
const UNPACKED = /^\/static\/gen\/|\.webmanifest$/;
const CARD_PATH = /^\/affirmations\/([^/]+)$/;

// A page that no device keeps: what it offers needs a network anyway.
const FEEDS_PATH = "/feeds";

const PRECACHED = new Set(POCKET.precache.map(({ url }) => url));
const SHEETS = new Set(POCKET.sheets);

/**
 * The answer to a request; nothing leaves it to the browser.
 * @returns {Promise<Response> | undefined}
 */
function route(/** @type {Request} */ request) {
  const { origin, pathname, search } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return undefined;
  if (request.mode === "navigate") return routePage(pathname, search);
  return PRECACHED.has(pathname) || UNPACKED.test(pathname) ? cacheFirst(request) : undefined;
}

/** A query never leaves the device, as it may be words that a reader shared with the app; but choices of a feed do. */
function routePage(/** @type {string} */ pathname, /** @type {string} */ search) {
  const prefix = String(POCKET.prefixes.find((each) => pathname.startsWith(`${each}/`)));
  const path = pathname.slice(prefix.length);
  const id = CARD_PATH.exec(path)?.[1];
  const isPage = path === "/" || SHEETS.has(path) || Boolean(id);
  if (prefix !== POCKET.prefix) return isPage ? elsewhere(pathname, path + search, Boolean(prefix || id)) : undefined;
  const ask = () => fetch(pathname);
  const online = (/** @type {string} */ address) => networkOr("away", address);
  if (path === "/") return todaysPage(new Date()).catch(ask);
  if (SHEETS.has(path)) return sheet(path).catch(() => online(pathname)).catch(ask);
  if (path === FEEDS_PATH) return online(pathname + search);
  return id ? cardOrLost(pathname, id).catch(ask) : undefined;
}

/**
 * A page in another language than the reader's. The app's own English addresses, which an icon on the home screen may
 * still have, lead to the reader's language at once; a link from elsewhere does so without a network only.
 */
function elsewhere(/** @type {string} */ pathname, /** @type {string} */ path, /** @type {boolean} */ isLink) {
  const ours = async () => Response.redirect(POCKET.prefix + path);
  return isLink ? networkFirst(pathname, { seconds: LOST_SECONDS, accepts: isOurs, fallback: ours }) : ours();
}

/** A card that this release does not know may be newer than it, or a slip of the finger. */
async function cardOrLost(/** @type {string} */ path, /** @type {string} */ id) {
  return (await cardPage(id)) ?? networkOr("lost", path);
}

/** The network's page, or the one of that name with the day's card on it. */
function networkOr(/** @type {keyof typeof INSTEAD} */ name, /** @type {string} */ path) {
  return networkFirst(path, { seconds: name === "lost" ? LOST_SECONDS : AWAY_SECONDS, accepts: isOurs, fallback: () => pageInstead(name, new Date()) });
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
  const pages = ["/", "/:page", "/:place/*"].map((path) => get(path, "*"));
  const files = [get("/static/*", ""), get("*.webmanifest", "")];
  return [
    { condition: { or: files }, source: { cacheName: CACHE } },
    { condition: { or: pages }, source: "fetch-event" },
    { condition: { urlPattern: { pathname: "*" } }, source: "network" },
  ];
}
