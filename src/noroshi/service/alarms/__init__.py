"""Operations on alarms: acknowledgements, silences, comments."""
