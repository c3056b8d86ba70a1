"""The console's widgets, one a file. Each is told what to show; none asks for data."""
