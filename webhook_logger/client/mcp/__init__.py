"""The MCP server for coding agents: receive, verify, send and forward webhooks.

`watching`, `agent_session` and `sessions` hold the state. `present`, `results` and `untrusted` show
it, `sending` sends, and `threads` runs what blocks. `app`, `tools`, `resources` and `transports`
are the door to the `mcp` package, which is the extra `mcp`. `commands/mcp.py` imports all these
when the command runs.
"""
