"""A CUCM cluster: its database, its trust stores, its services, and what an administrator does to them."""
