// Takes the reader to what has to be put right.

export default function errors(summary) {
  if (!summary.closest("details")) summary.focus();
}
