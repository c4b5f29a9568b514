"""The client: what other tools, test suites and the command line use; nothing of the server."""
