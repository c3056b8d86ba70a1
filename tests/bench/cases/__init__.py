"""One benchmark a file; `tests.bench.registry` names them."""
