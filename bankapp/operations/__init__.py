"""Operations: one function per request that the bank serves, the same for every door."""
