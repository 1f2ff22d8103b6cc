"""What operations are declared and served with, without a door."""
