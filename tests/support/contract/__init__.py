"""The published contract as a check: what docs/ does not say fails the test that saw it.

`stream.py` holds what viewers and workers say to each other to docs/asyncapi.yaml, `http.py` the
responses to senders and callers of the API to docs/openapi.yaml. Viewers and senders of
`tests.support` call them for everything they get.
"""
