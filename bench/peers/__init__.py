"""The same check asked of another project's server beside Gatefold's, in one run."""
