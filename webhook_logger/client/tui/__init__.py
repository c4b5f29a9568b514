"""The interactive view of `listen`, the one place that uses Textual."""
