"""The room's yes and no: who sees what, what the facts may be, when a phase may change, what a sheet may bring."""
