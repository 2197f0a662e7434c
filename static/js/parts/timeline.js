// Moves the bars of a calendar with the pointer. Where one is dropped the rules are asked, and their answer is shown before
// anything is saved; a bar that may not stay there, or is left where it was, goes back. Times are those of the wall clock there.

import { makeModal } from "../modal.js";
import { bounds, columnsOf, fieldsOf, movedTo, parse, stretchOf, wordsOf } from "../walltime.js";

const NEAR = 5;
const LONG_PRESS = 350;
const EDGE = 48;
const SCROLL = 14;

export default function timeline(root) {
  reveal(root);
  if (!root.dataset.first) return;
  const ruler = { first: parse(`${root.dataset.first}T00`), hours: Number(root.dataset.hours), columns: Number(root.dataset.columns) };
  const status = document.createElement("p");
  status.className = "ap-vh";
  status.setAttribute("role", "status");
  root.after(status);
  const board = { root, ruler, status, drag: null };
  for (const bar of root.querySelectorAll(".ap-bar[data-ask]")) prepare(board, bar);
  for (const lane of root.querySelectorAll("[data-room]")) {
    lane.addEventListener("pointerdown", (event) => { if (event.target === lane) draw(board, lane, event); });
  }
  root.addEventListener("pointermove", (event) => follow(board, event));
  root.addEventListener("pointerup", (event) => drop(board, event));
  root.addEventListener("pointercancel", () => giveUp(board));
  root.addEventListener("touchmove", (event) => { if (board.drag?.begun) event.preventDefault(); }, { passive: false });
  root.addEventListener("contextmenu", (event) => { if (board.drag) event.preventDefault(); });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && board.drag) giveUp(board); });
}

// On a narrow screen the picture begins where the present is, and not before it.
function reveal(root) {
  const now = root.querySelector(".ap-now");
  const name = root.querySelector(".ap-tl__name");
  if (!now || root.scrollWidth <= root.clientWidth) return;
  const left = now.getBoundingClientRect().left - root.getBoundingClientRect().left - name.offsetWidth;
  root.scrollLeft = left - (root.clientWidth - name.offsetWidth) / 4;
}

function prepare(board, bar) {
  const link = bar.querySelector("a");
  for (const edge of ["start", "end"]) {
    const grip = document.createElement("span");
    grip.className = `ap-grip is-${edge}`;
    grip.dataset.edge = edge;
    bar.append(grip);
  }
  if (link) {
    link.draggable = false;
    link.setAttribute("aria-keyshortcuts", "M");
    link.addEventListener("keydown", (event) => {
      if (event.key.toLowerCase() !== "m" || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      location.assign(`${bar.dataset.ask.replace(/\/ask$/, "")}?${new URLSearchParams({ next: here() })}`);
    });
  }
  bar.addEventListener("pointerdown", (event) => take(board, bar, event));
}

function take(board, bar, event) {
  if (board.drag || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const lane = bar.parentElement;
  const drag = {
    bar, lane, home: lane, pointer: event.pointerId, mode: event.target.dataset?.edge ?? "move",
    x: event.clientX, y: event.clientY, lastX: event.clientX, lastY: event.clientY, scrolled: board.root.scrollLeft,
    width: lane.clientWidth / board.ruler.columns, was: bar.className, begun: false, timer: 0,
    time: bounds(bar.dataset), present: bounds(bar.dataset),
  };
  board.drag = drag;
  if (event.pointerType === "touch") drag.timer = setTimeout(() => begin(board), LONG_PRESS);
}

// Draws a new stretch on a free place, with a mouse or pen: a finger scrolls there.
function draw(board, lane, event) {
  if (board.drag || event.button !== 0 || event.pointerType === "touch") return;
  const { ruler } = board;
  const width = lane.clientWidth / ruler.columns;
  const at = ruler.first + (event.clientX - lane.getBoundingClientRect().left) / width * ruler.hours * 3600000;
  const bar = document.createElement("li");
  bar.className = "ap-bar is-new";
  const time = stretchOf(at, Number(lane.dataset.step));
  board.drag = {
    bar, lane, home: lane, pointer: event.pointerId, mode: "new", isNew: true,
    x: event.clientX, y: event.clientY, lastX: event.clientX, lastY: event.clientY, scrolled: board.root.scrollLeft,
    width, was: bar.className, begun: false, timer: 0, time, present: time,
  };
}

function begin(board) {
  const { drag, root } = board;
  drag.begun = true;
  if (drag.isNew) drag.lane.append(drag.bar);
  else leaveTrace(drag);
  drag.bar.classList.add("is-dragged");
  drag.tip = document.createElement("p");
  drag.tip.className = "ap-tl__tip";
  drag.tip.setAttribute("aria-hidden", "true");
  root.after(drag.tip);
  root.classList.add("is-dragging");
  root.setPointerCapture(drag.pointer);
  requestAnimationFrame(() => scrollAlong(board));
  show(board);
}

function leaveTrace(drag) {
  drag.origin = drag.bar.cloneNode(true);
  drag.origin.className = `${drag.was} is-origin`;
  drag.origin.setAttribute("aria-hidden", "true");
  drag.origin.inert = true;
  drag.bar.before(drag.origin);
}

function follow(board, event) {
  const { drag } = board;
  if (!drag || event.pointerId !== drag.pointer) return;
  if (event.pointerType === "mouse" && event.buttons === 0) return giveUp(board);
  drag.lastX = event.clientX;
  drag.lastY = event.clientY;
  const far = Math.hypot(drag.lastX - drag.x, drag.lastY - drag.y) > NEAR;
  if (!drag.begun && event.pointerType === "touch") {
    if (far) giveUp(board);
    return;
  }
  if (!drag.begun && far) begin(board);
  if (drag.begun) show(board);
}

function show(board) {
  const { drag, root, ruler } = board;
  if (drag.mode === "move" && !("stays" in drag.bar.dataset)) {
    const under = document.elementFromPoint(drag.lastX, drag.lastY)?.closest("[data-room]");
    if (under && root.contains(under) && under !== drag.lane) {
      drag.lane = under;
      under.append(drag.bar);
    }
  }
  const moved = (drag.lastX - drag.x + root.scrollLeft - drag.scrolled) / drag.width * ruler.hours;
  drag.time = movedTo(drag.present, drag.mode, moved, Number(drag.lane.dataset.step));
  place(drag.bar, drag.time, ruler);
  drag.tip.textContent = wordsOf(drag.time, Number(drag.lane.dataset.step), document.documentElement.lang);
  drag.tip.style.left = `${Math.min(drag.lastX + 14, window.innerWidth - drag.tip.offsetWidth - 8)}px`;
  drag.tip.style.top = `${drag.lastY + 18}px`;
}

function place(bar, time, ruler) {
  const [column, span] = columnsOf(time, ruler);
  const kept = [...bar.classList].filter((name) => !/^[cn]\d+$/.test(name));
  bar.className = [...kept, `c${column}`, `n${span}`].join(" ");
}

function scrollAlong(board) {
  const { drag, root } = board;
  if (!drag?.begun || drag.dropped) return;
  const box = root.getBoundingClientRect();
  const before = root.scrollLeft;
  if (drag.lastX > box.right - EDGE) root.scrollLeft += SCROLL;
  else if (drag.lastX < box.left + EDGE) root.scrollLeft -= SCROLL;
  if (drag.lastY > window.innerHeight - EDGE) window.scrollBy(0, SCROLL);
  else if (drag.lastY < EDGE) window.scrollBy(0, -SCROLL);
  if (root.scrollLeft !== before) show(board);
  requestAnimationFrame(() => scrollAlong(board));
}

function drop(board, event) {
  const { drag, root } = board;
  if (!drag || event.pointerId !== drag.pointer) return;
  clearTimeout(drag.timer);
  if (!drag.begun) {
    board.drag = null;
    return;
  }
  drag.dropped = true;
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }));
  root.classList.remove("is-dragging");
  drag.tip.remove();
  const same = drag.lane === drag.home && drag.time.start === drag.present.start && drag.time.end === drag.present.end;
  if (drag.isNew) offer(board, drag);
  else if (same) putBack(board);
  else ask(board, drag);
}

function swallow(event) {
  event.preventDefault();
  event.stopPropagation();
}

function giveUp(board) {
  const { drag, root } = board;
  if (!drag || drag.dropped) return;
  clearTimeout(drag.timer);
  if (!drag.begun) {
    board.drag = null;
    return;
  }
  drag.tip.remove();
  root.classList.remove("is-dragging");
  if (root.hasPointerCapture(drag.pointer)) root.releasePointerCapture(drag.pointer);
  putBack(board);
}

function putBack(board) {
  const { drag } = board;
  board.drag = null;
  if (drag.isNew) {
    drag.bar.remove();
    return;
  }
  drag.home.insertBefore(drag.bar, drag.origin);
  drag.origin.remove();
  drag.bar.className = drag.was;
  drag.bar.removeAttribute("aria-busy");
}

// What may be done with a stretch that was drawn; the forms that it leads to decide, and say what is in the way.
function offer(board, drag) {
  const { dataset } = board.root;
  const fields = fieldsOf({ prefix: "" }, drag.time, drag.lane.dataset.room, { follows: false });
  const query = new URLSearchParams({ ...fields, cleanroom: drag.lane.dataset.room });
  const heading = document.createElement("h2");
  heading.textContent = dataset.free.replace("{room}", drag.lane.dataset.name);
  heading.id = "drawn";
  const ways = document.createElement("p");
  ways.className = "ap-cluster";
  for (const [words, url] of [[dataset.book, dataset.bookUrl], [dataset.shut, dataset.shutUrl]]) {
    const link = document.createElement("a");
    link.className = "btn";
    link.href = `${url}?${query}`;
    link.textContent = words;
    ways.append(link);
  }
  const when = wordsOf(drag.time, Number(drag.lane.dataset.step), document.documentElement.lang);
  const section = document.createElement("section");
  section.append(heading, paragraph(when), ways);
  say(board, drag, [section], () => putBack(board));
}

async function ask(board, drag) {
  const { root, status } = board;
  drag.bar.setAttribute("aria-busy", "true");
  status.textContent = root.dataset.asking;
  const follows = "lengthFollows" in drag.bar.dataset && drag.mode === "move";
  const body = new URLSearchParams(fieldsOf(drag.bar.dataset, drag.time, drag.lane.dataset.room, { follows, next: here() }));
  body.set("csrf_token", root.querySelector("input[name=csrf_token]").value);
  body.set(`${drag.bar.dataset.prefix}seen`, root.dataset.seen);
  try {
    const response = await fetch(drag.bar.dataset.ask, { method: "POST", body });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (response.redirected || !page.querySelector("main")) throw new Error("not the answer that was asked for");
    answered(board, drag, page, response.status);
  } catch {
    putBack(board);
    say(board, drag, [paragraph(root.dataset.unreachable)]);
  }
}

function answered(board, drag, page, code) {
  const answer = page.querySelector("[data-answer]");
  if (answer?.dataset.answer === "fits") {
    place(drag.bar, { start: parse(answer.dataset.start), end: parse(answer.dataset.end) }, board.ruler);
    say(board, drag, [answer], () => putBack(board));
    return;
  }
  putBack(board);
  const told = [...page.querySelectorAll("main .ap-note, main .ap-errors")];
  const isStale = code === 409;
  const shown = answer ? [answer] : [...told, paragraph(board.root.dataset.returned)];
  say(board, drag, shown, isStale ? () => location.reload() : undefined);
}

function say(board, drag, parts, onClose) {
  const modal = makeModal({ close: board.root.dataset.close, label: parts[0].textContent.trim().split("\n")[0] });
  const heading = parts[0].querySelector?.("h2");
  if (heading) {
    modal.removeAttribute("aria-label");
    modal.setAttribute("aria-labelledby", heading.id);
  }
  modal.classList.add("ap-modal--answer");
  modal.append(...parts.map((part) => document.adoptNode(part)));
  board.root.after(modal);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: modal } }));
  let sent = false;
  modal.addEventListener("submit", (event) => { if (event.target.method !== "dialog") sent = true; });
  for (const link of modal.querySelectorAll("form a[href]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      modal.close();
    });
  }
  modal.addEventListener("close", () => {
    modal.remove();
    if (sent) return;
    onClose?.();
    if (drag.isNew) return;
    board.status.textContent = board.root.dataset.returned;
    drag.bar.querySelector("a")?.focus();
  });
  modal.showModal();
  (modal.querySelector("textarea") ?? modal.querySelector("section a[href], button"))?.focus();
}

function paragraph(words) {
  const element = document.createElement("p");
  element.className = "ap-meta";
  element.textContent = words;
  return element;
}

function here() {
  const url = new URL(location.href);
  url.searchParams.delete("changed");
  return url.pathname + url.search;
}
