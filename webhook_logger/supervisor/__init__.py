"""The process that starts several workers on one port, watches and replaces them."""
