"""Articles from elsewhere, read item by item: WordPress exports (WXR) and JSON Lines."""
