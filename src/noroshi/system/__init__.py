"""Hide the differences between Windows and other systems, each behind one function or constant."""
