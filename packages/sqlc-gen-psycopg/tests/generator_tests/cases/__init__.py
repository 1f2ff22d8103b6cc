"""Cases from elsewhere: projects of sqlc, and what is expected of their queries.

`case_file` plays files that say which annotations they expect, `sqlc_checkout` the end-to-end cases
of sqlc itself.
"""
