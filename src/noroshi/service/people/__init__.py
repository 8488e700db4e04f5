"""Operations on people: users, API tokens, one's own account, the audit log."""
