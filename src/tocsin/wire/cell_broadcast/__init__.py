"""Cell broadcast: what a text costs in pages, the pages themselves, and what is wrong with it."""
