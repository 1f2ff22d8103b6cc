"""Pages for people: the front page, the problem pages and the docs."""
