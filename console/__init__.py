"""burnline: a terminal operations console for AI-agent error budgets."""

__version__ = "0.1.0"
