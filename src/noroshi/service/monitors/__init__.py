"""Operations on monitors: status, history, details, and runs by hand."""
