// Wakes the parts of a page: an element names in data-part the scripts that improve it. Without them everything still works.

import { forgetOnLeaving, settle } from "./drafts.js";

const PARTS = new Set([
  "board", "confirm", "copy", "dialog", "draft", "errors", "filters", "flash", "gantt", "menu", "once", "passkey", "print", "search",
  "shortcuts", "tabs", "timeline", "weights",
]);

async function improve(element) {
  const names = element.dataset.part.split(/\s+/).filter((name) => PARTS.has(name));
  const parts = await Promise.all(names.map((name) => import(`./parts/${name}.js`)));
  for (const part of parts) part.default(element);
  delete element.dataset.part;
}

function wake(root) {
  if (root instanceof Element && root.matches("[data-part]")) improve(root);
  root.querySelectorAll("[data-part]").forEach(improve);
}

const { serviceWorker } = document.body.dataset;
if (serviceWorker && navigator.serviceWorker) navigator.serviceWorker.register(serviceWorker).catch(() => {});  // Without it all works while online.

settle();
forgetOnLeaving();
wake(document);
document.addEventListener("htmx:load", (event) => wake(event.detail.elt));
