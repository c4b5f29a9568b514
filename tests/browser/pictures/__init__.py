"""The pictures of the documentation, taken of a real page with real requests.

`make screenshots` writes them to `docs/pictures`. `scenes.py` lists them.
"""
