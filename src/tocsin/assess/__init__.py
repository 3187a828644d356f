"""What is it, where may it go, when does it cross, which places."""
