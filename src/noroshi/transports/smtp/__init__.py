"""Send mail by SMTP: the connection, signing in, the transaction, and the meaning of
replies."""
