// When things happen: the listeners, and nothing else. None is async, because a browser may stop
// a worker that calls `waitUntil` or `respondWith` only after an await.

self.addEventListener("install", (event) => {
  event.waitUntil(precache());
  addStaticRoutes(event);
});

// Claiming makes the first visit ready for offline at once, and not only the page after it.
self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([cleanUp(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const answer = route(event.request);
  if (!answer) return;
  event.respondWith(answer);
  if (event.request.mode === "navigate") event.waitUntil(answer.then(keepRest).catch(() => {}));
});

// A new release waits until the page says that nobody is in the middle of something.
self.addEventListener("message", (event) => {
  if (event.data === "activate") event.waitUntil(self.skipWaiting());
  if (event.data === "keep") event.waitUntil(keepRest().catch(() => {}));
  if (event.data === "deliver") event.waitUntil(deliver());
});

self.addEventListener("push", (event) => {
  event.waitUntil(notify(event));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(renew());
});

// The network is back; what fails now is tried again by the browser.
self.addEventListener("sync", (event) => {
  event.waitUntil(tellServer());
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(openPage(event.notification));
});
