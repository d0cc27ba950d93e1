"""Measurements of Gatefold, each a ratio taken in one run."""
