"""Cases that someone gives as a folder: of the bank, and of the generator."""
