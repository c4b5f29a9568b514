"""The HTTP server of a worker: sockets, strict HTTP/1.1, and their limits."""
