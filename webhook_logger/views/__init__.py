"""The views: pages, assets and the JSON API. `webhook_logger.app` registers them."""
