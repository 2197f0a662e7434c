// Cards of a board can be dragged to the column where one of their own forms leads; dropping one there sends that form.

function formTo(card, column) {
  return [...card.querySelectorAll("form[data-to]")].find((form) => form.dataset.to === column.dataset.column);
}

export default function board(element) {
  const columns = [...element.querySelectorAll("[data-column]")];
  let dragged = null;

  const forget = () => columns.forEach((column) => column.classList.remove("is-target"));

  element.querySelectorAll("[data-card]").forEach((card) => {
    if (!card.querySelector("form[data-to]")) return;
    card.draggable = true;
    card.addEventListener("dragstart", (event) => {
      dragged = card;
      event.dataTransfer.effectAllowed = "move";
      event.dataTransfer.setData("text/plain", card.dataset.card);
      columns.forEach((column) => column.classList.toggle("is-target", Boolean(formTo(card, column))));
    });
    card.addEventListener("dragend", () => {
      dragged = null;
      forget();
    });
  });

  columns.forEach((column) => {
    column.addEventListener("dragover", (event) => {
      if (dragged && formTo(dragged, column)) event.preventDefault();
    });
    column.addEventListener("drop", (event) => {
      const form = dragged && formTo(dragged, column);
      if (!form) return;
      event.preventDefault();
      form.requestSubmit();
    });
  });
}
