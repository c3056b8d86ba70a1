"""What the console promises an operator, screen by screen."""
