"""Compare this server with other ways to build it, in one run (`make bench`)."""
