"""Words that every room shares: slots, actors, reasons, errors, events and the clock. Standard library only."""
