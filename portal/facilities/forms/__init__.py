"""What people type about facilities, checked for shape."""
