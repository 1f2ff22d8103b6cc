"""A page of accounts with their entries, asked for by GraphQL and by calls over HTTP."""
