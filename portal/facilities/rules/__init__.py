"""The room's yes and no: opening days, terms, who stays responsible, what fits a search. Pure functions of values."""
