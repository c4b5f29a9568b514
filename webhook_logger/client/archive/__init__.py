"""Captured requests in HTTP archives (HAR 1.2): written, and read again."""
