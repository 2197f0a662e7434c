"""The ATMP Portal: cleanrooms, money and regulatory help for advanced therapies, at the moment they are needed."""
