// Time as the clock on a wall shows it, counted in milliseconds as if every day had 24 hours: no zone, no change of clocks.

const HOUR = 3600000;
const DAY = 24 * HOUR;

export function parse(written) {
  const [, year, month, day, hour] = written.match(/^(\d+)-(\d+)-(\d+)T(\d+)/).map(Number);
  return Date.UTC(year, month - 1, day, hour);
}

export function bounds({ start, end }) {
  return { start: parse(start), end: parse(end) };
}

// Where a stretch is after so many hours, on the ticks of the row that it lies in; one of its edges alone may move.
export function movedTo({ start, end }, mode, hours, step) {
  const tick = step * HOUR;
  const snap = (moment) => Math.round(moment / tick) * tick;
  if (mode === "new") {
    const there = snap(start + hours * HOUR);
    return hours < 0 ? { start: Math.min(there, start), end } : { start, end: Math.max(there + tick, end) };
  }
  if (mode === "start") return { start: Math.min(snap(start + hours * HOUR), end - tick), end };
  if (mode === "end") return { start, end: Math.max(snap(end + hours * HOUR), start + tick) };
  const begins = snap(start + hours * HOUR);
  return { start: begins, end: begins + Math.ceil((end - start) / tick) * tick };
}

// The tick in which a moment lies.
export function stretchOf(moment, step) {
  const tick = step * HOUR;
  const start = Math.floor(moment / tick) * tick;
  return { start, end: start + tick };
}

// The column and the number of columns of a stretch on a ruler; at least one of them is always in sight.
export function columnsOf({ start, end }, { first, hours, columns }) {
  const width = hours * HOUR;
  const from = Math.min(Math.max(Math.floor((start - first) / width), 0), columns - 1);
  const to = Math.min(Math.max(Math.ceil((end - first) / width), from + 1), columns);
  return [from + 1, to - from];
}

// The last day of a stretch and the hour at which it ends there; midnight is hour 24 of the day before.
function endOf(end) {
  const hour = new Date(end).getUTCHours();
  return { day: dayOf(hour === 0 ? end - DAY : end), hour: hour === 0 ? 24 : hour };
}

export function fieldsOf({ prefix, version, shown }, time, room, { follows, next }) {
  const fields = { starts_on: dayOf(time.start), starts_hour: new Date(time.start).getUTCHours() };
  if (next) fields.next = next;
  if (prefix) Object.assign(fields, { cleanroom: room, version });
  else if (shown) fields.shown = shown;
  if (!follows) {
    const { day, hour } = endOf(time.end);
    Object.assign(fields, { ends_on: day, ends_hour: hour });
  }
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [prefix + name, value]));
}

export function wordsOf({ start, end }, step, language) {
  const form = { weekday: "short", day: "numeric", month: "short", timeZone: "UTC" };
  if (step < 24) Object.assign(form, { hour: "2-digit", minute: "2-digit" });
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, form).formatRange(start, step < 24 ? end : end - 1);
}

function dayOf(moment) {
  return new Date(moment).toISOString().slice(0, 10);
}
