"""Check messages and responses against the published contract in docs/.

`stream.py` checks the messages of viewers and workers against docs/asyncapi.yaml. `http.py` checks
responses to senders and API clients against docs/openapi.yaml. The viewers and senders of
`tests.support` check everything that they receive, so that a mismatch fails the test.
"""
