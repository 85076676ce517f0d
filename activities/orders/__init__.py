"""Orders of all channels: taken in through mapping files, audited by rules, moved along four state axes."""
