"""What each screen says, as lines: a snapshot's views in, spans out. Pure, and no widget in it."""
