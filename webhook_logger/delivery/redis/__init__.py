"""Delivery through Redis: any worker accepts a request, every worker's viewers see it."""
