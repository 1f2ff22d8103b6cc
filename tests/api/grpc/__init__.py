"""What only the gRPC door does."""
