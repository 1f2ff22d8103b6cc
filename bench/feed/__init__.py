"""What the feed costs those who post, and how soon its readers are told."""
