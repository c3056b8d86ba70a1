"""Bytes on disk -> events. Knows files and formats; not what an event means."""
