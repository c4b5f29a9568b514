"""The views: one module for each kind of path, registered by `webhook_logger.app`."""
