"""The processes of the bank: how they are composed, started, supervised and stopped."""
