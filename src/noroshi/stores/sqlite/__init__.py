"""Keep the store in a file. All functions here run on its threads, in a transaction."""
