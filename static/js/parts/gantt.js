// Lets planned bars of a roadmap be dragged to another day; the day is sent like the form of the step's page sends it.

const DAY = 24 * 3600 * 1000;

function iso(day) {
  return day.toISOString().slice(0, 10);
}

function token() {
  return document.querySelector("input[name=csrf_token]")?.value ?? "";
}

function send(url, fields) {
  const form = document.createElement("form");
  form.method = "post";
  form.action = url;
  form.hidden = true;
  for (const [name, value] of Object.entries(fields)) {
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    input.value = value;
    form.append(input);
  }
  document.body.append(form);
  form.submit();
}

export default function gantt(element) {
  const { first, days, columns, move, moved } = element.dataset;
  element.classList.add("is-ready");
  const told = document.createElement("p");
  told.className = "ap-vh";
  told.setAttribute("role", "status");
  element.append(told);

  for (const row of element.querySelectorAll("[data-step]")) {
    const bar = row.querySelector(".ap-bar:not(.ap-range)");
    const lane = row.querySelector(".ap-tl__lane");
    if (!bar) continue;
    let from = null;
    let steps = 0;
    const start = Math.round((bar.offsetLeft / lane.clientWidth) * Number(columns));

    const day = () => iso(new Date(Date.parse(first) + Math.round((start + steps) * Number(days)) * DAY));

    bar.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = event.clientX;
      steps = 0;
      bar.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    bar.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const width = lane.clientWidth / Number(columns);
      steps = Math.round((event.clientX - from) / width);
      bar.classList.toggle("is-moving", steps !== 0);
      bar.style.translate = `${steps * width}px 0`;
      bar.title = `${moved} ${day()}`;
    });
    const end = (isDrop) => {
      if (from === null) return;
      from = null;
      if (!isDrop || steps === 0) {
        bar.classList.remove("is-moving");
        bar.style.translate = "";
        return;
      }
      told.textContent = `${moved} ${day()}`;
      send(move.replace("STEP", encodeURIComponent(row.dataset.step)), {
        csrf_token: token(),
        version: row.dataset.version,
        not_before: day(),
      });
    };
    bar.addEventListener("pointerup", () => end(true));
    bar.addEventListener("pointercancel", () => end(false));
    document.addEventListener("keydown", (event) => event.key === "Escape" && end(false));
  }
}
