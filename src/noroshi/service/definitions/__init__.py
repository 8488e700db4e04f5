"""Operations on definitions: applied, edited, copied, enabled and disabled, taken back."""
