"""The commands: what prints and exits. All else of the client only returns and raises."""
