"""Mail by SMTP: the connection, signing in, the transaction, and what its replies mean."""
