"""What the store in a file is made of. All functions here run on its threads, in a transaction."""
