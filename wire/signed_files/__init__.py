"""CUCM's signed files: CTL and ITL (`.tlv`), signed (`.sgn`) and encrypted (`.enc.sgn`) configuration."""
