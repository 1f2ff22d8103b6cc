"""The pages: what is known of a schema, as a static site."""
