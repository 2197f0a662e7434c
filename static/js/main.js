// Wakes the parts of a page: an element names in data-part the scripts that improve it. Without them everything still works.

import { forgetOnLeaving, settle } from "./drafts.js";

const PARTS = new Set([
  "confirm", "copy", "dialog", "draft", "errors", "filters", "flash", "menu", "once", "search", "shortcuts",
]);

async function wake(root) {
  const elements = [...root.querySelectorAll("[data-part]")];
  if (root instanceof Element && root.matches("[data-part]")) elements.unshift(root);
  for (const element of elements) {
    const names = element.dataset.part.split(/\s+/).filter((name) => PARTS.has(name));
    delete element.dataset.part;
    for (const name of names) (await import(`./parts/${name}.js`)).default(element);
  }
}

settle();
forgetOnLeaving();
wake(document);
document.addEventListener("htmx:load", (event) => wake(event.detail.elt));
