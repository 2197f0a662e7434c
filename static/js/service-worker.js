// Shows a page of its own when the network is gone. It keeps that page and what it looks like, and nothing that anybody read.

const KEPT = "offline-1";
const PAGE = "/offline";

async function keep() {
  const kept = await caches.open(KEPT);
  const page = await fetch(PAGE, { credentials: "omit", cache: "reload" });
  const words = await page.clone().text();
  const files = [...words.matchAll(/(?:href|src)="([^"#]*\/static\/[^"#]*)"/g)].map((match) => match[1]);
  await kept.addAll([...new Set(files)]);
  await kept.put(PAGE, page);
}

async function forgetOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)));
}

async function answer(request) {
  try {
    return await fetch(request);
  } catch (lost) {
    const kept = await caches.open(KEPT);
    const found = await kept.match(request.mode === "navigate" ? PAGE : request, { ignoreVary: true });
    if (found) return found;
    throw lost;
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(forgetOthers().then(() => self.clients.claim())));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const ours = new URL(request.url).origin === self.location.origin;
  const files = new URL(request.url).pathname.includes("/static/");
  if (ours && request.method === "GET" && (request.mode === "navigate" || files)) event.respondWith(answer(request));
});
