"""Operations on mail: sending, the queue, the ledger, and what arrived."""
