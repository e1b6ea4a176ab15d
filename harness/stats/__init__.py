"""Statistics on arrays: knows no other type of the harness."""
