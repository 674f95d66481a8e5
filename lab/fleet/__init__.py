"""A network as data: the services that judge certificates, and the phones with what they hold."""
