"""One function per thing the bank can be asked, whatever the door."""
