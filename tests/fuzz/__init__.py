"""Everything that parses, fed with what nobody would send; `make fuzz` runs it for long."""
