"""What people type about slot requests and bookings, checked for shape: one module for each side."""
