"""Events and their audit trail."""
