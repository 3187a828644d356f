"""What is believed after a look: update, birth, end."""
