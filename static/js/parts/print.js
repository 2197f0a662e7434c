// Shows a button that prints the page; without scripts the browser's own way does the same.

export default function print(button) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
