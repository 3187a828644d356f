"""How targets move, and which of them a look could show."""
