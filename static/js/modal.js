// A dialog in front of the page, made when it is needed.

export function makeModal({ close, label }) {
  const modal = document.createElement("dialog");
  modal.className = "ap-modal";
  if (label) modal.setAttribute("aria-label", label);
  if (close) {
    const bar = document.createElement("form");
    bar.method = "dialog";
    bar.className = "ap-modal__x";
    const button = document.createElement("button");
    button.className = "btn btn-sm";
    button.textContent = close;
    bar.append(button);
    modal.append(bar);
  }
  modal.addEventListener("click", (event) => {
    const box = modal.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (event.target === modal && event.detail > 0 && !inside) modal.close();
  });
  return modal;
}
