"""`noroshi setup`: leads through what is needed until a test mail is accepted."""
