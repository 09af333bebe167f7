"""The world: what is believed, what is hidden, what happens in a month."""
