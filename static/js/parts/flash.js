// Lets a message be closed.

export default function flash(message) {
  const button = message.querySelector("button");
  button.hidden = false;
  button.addEventListener("click", () => message.remove());
}
