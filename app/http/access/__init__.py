"""Who may ask what: hosts and origins, a closed server's token, and whose things are whose."""
