"""Scripts that other interpreters run: each does a peer's side of a job, and imports none of us."""
