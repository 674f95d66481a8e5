"""The phone's VPN client: certificate login at a gateway, host ID check, CSTP tunnel, and everything else through it."""
