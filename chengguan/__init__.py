"""Chengguan (城管): a county's urban management platform."""

__version__ = "0.1.0"
