// The service worker: keeps the kiosk's files so that it opens without a network. VERSION and FILES stand before this, put there
// by the server. A new version is fetched whole beside the old one and waits until the page, when nobody uses it, lets it in.

/* global VERSION, FILES */

const PREFIX = "hailong-kiosk-files/";
const NAME = PREFIX + VERSION;
const PAGE = /^\/kiosk\/([\w-]+)$/;

const pagesOf = (survey) => [`/kiosk/${survey}`, `/kiosk/${survey}/manifest.webmanifest`];

async function fetched(path, integrity) {
  const response = await fetch(new Request(path, { cache: "reload", credentials: "omit", ...(integrity && { integrity }) }));
  if (!response.ok) throw new Error(`${path} came with ${response.status}`);
  return response;
}

async function keepPages(cache, survey) {
  const all = await Promise.all(pagesOf(survey).map(async (path) => [path, await fetched(path)]));
  for (const [path, response] of all) await cache.put(path, response);
}

/** The surveys whose pages an older version keeps. */
async function kept() {
  const names = (await caches.keys()).filter((name) => name.startsWith(PREFIX) && name !== NAME);
  const caches_ = await Promise.all(names.map((name) => caches.open(name)));
  const paths = (await Promise.all(caches_.map((cache) => cache.keys()))).flat().map(({ url }) => new URL(url).pathname);
  return new Set(paths.map((path) => path.match(PAGE)?.[1]).filter(Boolean));
}

async function install() {
  const cache = await caches.open(NAME);
  await Promise.all(Object.entries(FILES).map(async ([path, digest]) => cache.put(path, await fetched(path, digest))));
  for (const survey of await kept()) await keepPages(cache, survey);
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== NAME).map((name) => caches.delete(name)));
  await self.clients.claim();
}

async function answered(request, path) {
  const cache = await caches.open(NAME);
  return (await cache.match(path)) ?? fetch(request);
}

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  const ours = request.mode === "navigate" ? PAGE.test(pathname) : pathname in FILES || pathname.endsWith(".webmanifest");
  if (request.method === "GET" && origin === location.origin && ours) event.respondWith(answered(request, pathname));
});

self.addEventListener("message", (event) => {
  const { keep, takeOver } = event.data;
  if (takeOver) self.skipWaiting();
  if (!keep) return;
  const done = (works) => event.ports[0].postMessage(works);
  const work = async () => keepPages(await caches.open(NAME), keep);
  event.waitUntil(work().then(() => done(true), () => done(false)));
});
