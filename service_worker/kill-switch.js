// The emergency exit: served at /sw.js in place of the worker when POCKET_KILL_WORKER is set.
// It takes over at once, removes our caches and itself, and loads open pages from the network.
// With the worker goes the browser's push subscription; the push service then answers 410.
// The next visit registers it again, which finds no page under a worker and so changes nothing.

const PREFIX = "pocket-";

self.addEventListener("install", (event) => {
  event.waitUntil(self.skipWaiting());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(removeEverything());
});

async function removeEverything() {
  const ours = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(ours.map((name) => caches.delete(name)));
  await self.registration.unregister();
  const pages = await self.clients.matchAll({ type: "window" });
  await Promise.all(pages.map((page) => page.navigate(page.url)));
}
