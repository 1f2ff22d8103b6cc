"""SQL functions as files: migrations get snapshots of them, which a tool writes and verifies."""
