"""Everything known of, or said to, a MediaWiki: its language and direction, its diffs."""
