"""`wsgi.py` without the lean way to the callback view: Flask's own dispatch calls it."""

import eventlet

eventlet.monkey_patch()  # as wsgi.py does, before every other import

import runpy

from webhook_logger.views import callback

callback.dispatch = lambda _, otherwise: otherwise
runpy.run_path("wsgi.py", run_name="__main__")
