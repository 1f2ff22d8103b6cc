"""The month that `bankapp demo` lives through."""
