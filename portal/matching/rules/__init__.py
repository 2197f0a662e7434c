"""The rules of matching: eligibility, contributions, closeness of texts, and the round; pure functions of plain values."""
