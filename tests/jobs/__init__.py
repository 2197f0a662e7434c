"""The clock, its deliveries, long work, and their pages."""
