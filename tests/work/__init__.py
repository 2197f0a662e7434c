"""Jobs, processes and leases."""
