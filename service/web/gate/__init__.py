"""The gate for proxies that ask before they serve."""
