"""A simulated phone: its flash, its choice of certificate, its boot, and its clients for CAPF and CallManager."""
