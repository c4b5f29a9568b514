"""Processes, sockets and clients that the tests start and use."""
