"""A captured request as an inbox returns it, which also knows its provider.

The registry of providers is read when one of these properties is used for the first time.
"""

from __future__ import annotations

from functools import cached_property

from webhook_logger.captured import CapturedRequest
from webhook_logger.providers import Recognition, recognise


class ReceivedRequest(CapturedRequest):
    """A captured request with its provider. `webhook_logger.client` exports it by its base's name.

    It has no slots, so that it can keep what was found.
    """

    @cached_property
    def _recognition(self) -> Recognition | None:
        """The result of the registry of providers."""
        return recognise(self)

    @property
    def provider(self) -> str:
        """The id of the provider, such as `github`; "" if it is unknown."""
        return self._recognition.provider.id if self._recognition else ""

    @property
    def event(self) -> str:
        """The provider's name of the event, such as `push`; "" if it is unknown."""
        return self._recognition.event if self._recognition else ""

    @property
    def delivery_id(self) -> str:
        """The provider's id of the delivery, the same one for each attempt; "" if it is unknown."""
        return self._recognition.delivery if self._recognition else ""
