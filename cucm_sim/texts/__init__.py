"""What CUCM itself prints, made from its state: run sql, show cert, show ctl, show itl."""
