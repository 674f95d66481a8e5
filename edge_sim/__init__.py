"""The edge of the network: the 802.1X authentication server, the switch port in front of it, and the VPN gateway."""
