"""How long what is kept, what somebody can ask about their own data, and what is left when they are forgotten."""
