"""The phone as 802.1X supplicant: its Port Access Entity as a table, EAP with EAP-TLS alone, and the port as its boot sees it."""
