"""What a change breaks, before it is made: every phone's handshake with every service it uses, before and after, in memory."""
