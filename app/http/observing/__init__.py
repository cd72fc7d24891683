"""What whoever runs the server sees of it: a line in the log for each request, and figures."""
