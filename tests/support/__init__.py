"""What the tests start and drive: real processes, real sockets, real clients."""
