"""Decisions -> the control file that agents read; receipts back. Every order leaves a trace."""
