"""The room's yes and no: who keeps a statement, what may stand in it, and what a sheet may bring."""
