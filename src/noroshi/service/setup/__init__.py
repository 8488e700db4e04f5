"""Operations of the first start: discovery, suggestions, first steps."""
