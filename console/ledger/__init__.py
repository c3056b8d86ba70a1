"""Event -> misses and counts. Pure: the clock, the settings and the orders are passed in."""
