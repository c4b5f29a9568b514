"""A callback's stream as a client follows it, through restarts and without believing the server."""
