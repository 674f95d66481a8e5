"""Whom a phone trusts: its CTL and ITL, and what it decides by them about new lists, signed files and TLS servers."""
