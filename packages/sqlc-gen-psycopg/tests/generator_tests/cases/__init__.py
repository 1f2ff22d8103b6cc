"""Cases from elsewhere: projects of sqlc, and what is expected of their queries."""
