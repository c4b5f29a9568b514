"""The MCP server for coding agents: receive, answer, verify, send and forward webhooks.

`watching` and `sessions` hold the state, `sending`, `present` and `signing` the work, all without
the library. `app`, `tools`, `resources` and `transports` are the door to the `mcp` package, which
is the extra `mcp`. `commands/mcp.py` imports this package when the command runs.
"""
