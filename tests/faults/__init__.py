"""The fault matrix: each row a scenario that runs the program, with the command that breaks it."""
