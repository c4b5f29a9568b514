"""How a worker serves: sockets, strict HTTP/1.1, and the limits of both. Only `wsgi.py` uses it."""
