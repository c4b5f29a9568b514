"""The Django Channels recipe: a view and a consumer from its tutorials, in one file."""

import os
import sys
from typing import Any

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    SECRET_KEY="not one",
    INSTALLED_APPS=["channels"],
    CHANNEL_LAYERS={
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            "CONFIG": {
                "hosts": [os.environ["REDIS_URL"]],
                # With the default, 100, this load loses four of five messages.
                "capacity": int(os.environ.get("CAPACITY", "100")),
            },
        }
    },
)
django.setup()

from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.layers import get_channel_layer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


class Viewer(AsyncJsonWebsocketConsumer):
    """One viewer of a callback."""

    async def connect(self) -> None:
        """Join the group of the callback."""
        self.group = str(self.scope["url_route"]["kwargs"]["callback"])
        await self.channel_layer.group_add(self.group, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:
        """Leave the group."""
        await self.channel_layer.group_discard(self.group, self.channel_name)

    async def request(self, message: dict[str, Any]) -> None:
        """Send a request to the browser."""
        await self.send_json(message["event"])


@csrf_exempt
async def receive(request: HttpRequest, callback: object) -> HttpResponse:
    """Send the request to the group of its callback."""
    event = {
        "method": request.method,
        "path": request.path,
        "query_string": request.META["QUERY_STRING"],
        "remote_addr": request.META["REMOTE_ADDR"],
        "headers": list(request.headers.items()),
        "body": request.body.decode(),
    }
    await get_channel_layer().group_send(str(callback), {"type": "request", "event": event})
    return HttpResponse()


urlpatterns = [path("<uuid:callback>", receive)]
application = ProtocolTypeRouter(
    {
        "http": get_asgi_application(),
        "websocket": URLRouter([path("ws/<uuid:callback>", Viewer.as_asgi())]),
    }
)

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(application, port=int(sys.argv[1]), log_level="error")
