"""The demonstration: recorded logs that end now, and sample agents that obey the control file."""

from console.demo.prepare import DemoPlan, locate_sample_logs, prepare

__all__ = ["DemoPlan", "locate_sample_logs", "prepare"]
