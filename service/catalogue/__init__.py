"""Articles, sections, bodies and the teasers cut from them."""
