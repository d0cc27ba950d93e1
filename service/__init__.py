"""Gatefold: the paywall and reader-account service for news sites."""

__version__ = "0.1.0"
