// Keeps the carer's page for a day without a signal: the empty page and its two files, never anybody's data.
'use strict';
const version = new URL(self.location).searchParams.get('v');
const kept = `day-${version}`;
const page = '/visits/day';
const files = ['day.css', 'day.js', 'icon.svg'].map((name) => `/assets/${version}/${name}`);

async function fetchPage() {
  const answer = await fetch(page, { credentials: 'same-origin' });
  // Whoever is logged out is led to the door: that is not the page to keep.
  if (answer.ok && !answer.redirected) await (await caches.open(kept)).put(page, answer.clone());
  return answer;
}

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(kept).then((cache) => cache.addAll(files)).then(fetchPage).then(() => self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => name.startsWith('day-') && name !== kept).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old).then(() => self.clients.claim()));
});

self.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (origin !== self.location.origin || event.request.method !== 'GET') return;
  if (files.includes(pathname)) {
    event.respondWith(caches.match(pathname).then((found) => found ?? fetch(event.request)));
  } else if (pathname === page) {
    // A signal of one bar is worse than none: after two seconds the kept page is shown.
    const late = new Promise((resolve) => setTimeout(resolve, 2000)).then(() => caches.match(page));
    const live = fetchPage().catch(() => caches.match(page));
    event.respondWith(Promise.race([live, late]).then((found) => found ?? live).then((found) => found ?? Response.error()));
  }
});
